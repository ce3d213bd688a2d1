namespace PeerReplica.Escrow;

/// <summary>
/// Whether a voter that could have proposed anything may have proposed this: a replica judges by what it knows itself, and echoes nothing
/// else. What differs only because something was learned since is proposed anew.
/// <list type="number">
/// <item>Who leaves the voters is closed; who joins them is a member that is linked here, one replica for each identity.</item>
/// <item>Whose account is closed leaves, has ended, or cannot be reached from here and was given up by a quorum or named by somebody.</item>
/// <item>A closing states the account as it is known here.</item>
/// <item>An initial grant is what this replica asks for, or else what more voters ask for than may lie, divided among the voters.</item>
/// </list>
/// </summary>
internal sealed class ProposalCheck(EscrowView view, ConsensusAgenda agenda, ReplicaId self)
{
    public bool IsValid(Decision value, ConsensusRecord own, ConsensusInputs inputs)
    {
        if (value.BootstrapId != view.BootstrapId || !AreVoters(value, inputs)) return false;
        var leaving = agenda.Leaving(own, inputs, mustBeReachable: false);
        var closed = new SortedSet<ReplicaId>();
        foreach (var closing in value.Closings)
        {
            var isLeft = leaving.Contains(closing.Account) && view.ClosingOf(closing.Account) is null;
            if (!isLeft || !closed.Add(closing.Account) || Array.IndexOf(value.Voters, closing.Successor) < 0) return false;
        }

        foreach (var voter in value.Voters)
        {
            if (closed.Contains(voter)) return false;
        }

        foreach (var voter in view.Voters)
        {
            if (Array.IndexOf(value.Voters, voter) < 0 && !closed.Contains(voter) && view.ClosingOf(voter) is null) return false;
        }

        var wished = agenda.InitialGrants(own, value.Voters);
        var expected = value with
        {
            InitialGrants = [.. wished.Where(m => Array.Exists(value.InitialGrants, v => v.Object == m.Object))],
            Closings = [.. value.Closings.Select(c => agenda.Closing(c.Account, c.Successor, closed))],
        };
        return DecisionDigest.Same(expected, value);
    }

    private bool AreVoters(Decision value, ConsensusInputs inputs)
    {
        if (value.Voters.Length is 0 or > AccountConsensus.MaxVoters) return false;
        for (var i = 0; i < value.Voters.Length; i++)
        {
            var voter = value.Voters[i];
            if (i > 0 && value.Voters[i - 1].CompareTo(voter) >= 0) return false;
            if (Array.IndexOf(view.Voters, voter) >= 0) continue;
            if (!view.IsMember(voter) || (voter != self && inputs.Known is { } known && !known.Contains(voter))) return false;
        }

        return true;
    }
}
