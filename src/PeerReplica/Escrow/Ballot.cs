namespace PeerReplica.Escrow;

/// <summary>A numbered attempt to have something decided (Lamport, "Paxos made simple", 2001). No two proposers share one; the default stands for none.</summary>
internal readonly record struct Ballot(ulong Round, ReplicaId Proposer) : IComparable<Ballot>
{
    public static Ballot None => default;

    public int CompareTo(Ballot other)
    {
        var byRound = Round.CompareTo(other.Round);
        return byRound != 0 ? byRound : Proposer.CompareTo(other.Proposer);
    }

    public static bool operator <(Ballot a, Ballot b) => a.CompareTo(b) < 0;

    public static bool operator >(Ballot a, Ballot b) => a.CompareTo(b) > 0;

    public static bool operator <=(Ballot a, Ballot b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Ballot a, Ballot b) => a.CompareTo(b) >= 0;
}
