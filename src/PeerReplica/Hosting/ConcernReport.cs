using System.Text;

namespace PeerReplica.Hosting;

/// <summary>Why a concern was not met: what was asked for, what was reached, and who counted.</summary>
/// <param name="Required">How many replicas it asked for.</param>
/// <param name="Reached">How many had confirmed.</param>
/// <param name="Waited">How long it waited.</param>
/// <param name="Members">Who counted.</param>
/// <param name="Unmet">How many of <see cref="PeerReplicaOptions.ExpectedReplicas"/> were never met.</param>
/// <param name="Stage">What keeps this replica from knowing the others; <see langword="null"/>: nothing.</param>
internal sealed record ConcernReport(int Required, int Reached, TimeSpan Waited, IReadOnlyList<ConcernMember> Members, int Unmet, string? Stage)
{
    /// <summary>More would hide the message.</summary>
    private const int MostListed = 16;

    /// <summary>The part of the message that says who counted.</summary>
    public string Counted
    {
        get
        {
            var text = new StringBuilder("Counted: ");
            for (var i = 0; i < Math.Min(Members.Count, MostListed); i++)
            {
                var member = Members[i];
                if (i > 0) text.Append(", ");
                text.Append(member.Replica.NodeName).Append(' ').Append(member.Replica.Id.ToShortString()).Append(i == 0 ? " (this replica)" : StateOf(member));
            }

            if (Members.Count > MostListed) text.Append(" and ").Append(Members.Count - MostListed).Append(" more");
            if (Unmet > 0) text.Append(", and ").Append(Unmet).Append(" of ExpectedReplicas that never appeared");
            text.Append(". ");
            if (Stage is not null) text.Append(Stage).Append(' ');
            if (Members.Any(m => m.State == PeerState.Unreachable))
                text.Append("An unreachable member counts until it is forgotten after ForgetAfter; if it will not return, call ForgetAsync. ");
            return text.ToString();
        }
    }

    private static string StateOf(ConcernMember member) =>
        (member.HasConfirmed ? " (confirmed" : " (not confirmed") + (member.State == PeerState.Unreachable ? ", unreachable)" : ")");
}
