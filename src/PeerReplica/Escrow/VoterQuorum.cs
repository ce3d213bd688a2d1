namespace PeerReplica.Escrow;

/// <summary>
/// How many voters it takes. Where votes are checked, quorums tolerate f = (n - 1) / 3 voters that lie (Castro and Liskov, "Practical
/// Byzantine fault tolerance", 1999): any two quorums have more than f voters in common, so at least one that is honest.
/// </summary>
internal static class VoterQuorum
{
    /// <summary>How many of so many voters may lie without harm; 0 for up to 3 voters, and where votes are not checked.</summary>
    public static int Liars(int voters, bool isChecked) => isChecked && voters > 0 ? (voters - 1) / 3 : 0;

    /// <summary>How many of so many voters are a quorum: more than (n + f) / 2.</summary>
    public static int Of(int voters, bool isChecked) => ((voters + Liars(voters, isChecked)) / 2) + 1;

    /// <summary>
    /// How many must agree where some have ended: a quorum, or all that are left where fewer are left, as long as any quorum would have
    /// had an honest voter among them. Zero when that no longer holds: then nothing can be decided anymore.
    /// </summary>
    public static int OfLeft(int voters, int ended, bool isChecked)
    {
        var quorum = Of(voters, isChecked);
        return quorum - ended <= Liars(voters, isChecked) ? 0 : Math.Min(quorum, voters - ended);
    }

    /// <summary>
    /// How many voters that say that something was decided are enough: one of them is honest, and decides nothing that is not so. Of up to
    /// 3 voters, of whom none may lie, the fewest that can decide.
    /// </summary>
    public static int Witnesses(int voters) => voters > 3 ? Liars(voters, isChecked: true) + 1 : (voters / 2) + (voters & 1);
}
