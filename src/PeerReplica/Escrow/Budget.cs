namespace PeerReplica.Escrow;

/// <summary>What app threads may spend of one side of an account without asking anyone. They take from it and put back; the loop fills and empties it.</summary>
internal abstract class Budget
{
    /// <summary>What is left.</summary>
    public abstract long Left { get; }

    /// <summary>Up to where returns may fill it; what the loop adds is bounded by rights. Set by the loop: so the net of an account stays within what a record can say.</summary>
    public long Most { get; set; } = Units.MaxReturned;

    public abstract void Add(long amount);

    /// <summary>Takes out at most <paramref name="amount"/>; returns how much it was.</summary>
    public abstract long Remove(long amount);
}
