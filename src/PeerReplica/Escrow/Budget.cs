namespace PeerReplica.Escrow;

/// <summary>What app threads may spend of one side of an account without asking anyone. They take from it and put back; the loop fills and empties it.</summary>
internal abstract class Budget
{
    /// <summary>What is left.</summary>
    public abstract long Left { get; }

    public abstract void Add(long amount);

    /// <summary>Takes out at most <paramref name="amount"/>; returns how much it was.</summary>
    public abstract long Remove(long amount);
}
