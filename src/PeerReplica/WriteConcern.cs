namespace PeerReplica;

/// <summary>
/// How many replicas must hold a write before an asynchronous operation returns. The local write is made first and stays whatever follows:
/// a concern that is not met in time throws <see cref="WriteConcernException"/>, it does not undo.
/// </summary>
public readonly record struct WriteConcern
{
    private WriteConcern(ConcernKind kind, int peers, TimeSpan? timeout)
    {
        Kind = kind;
        PeerCount = peers;
        Timeout = timeout;
    }

    /// <summary>This replica only: returns at once.</summary>
    public static WriteConcern Local => default;

    /// <summary>More than half of the members known now, this replica counted.</summary>
    public static WriteConcern Majority => new(ConcernKind.Majority, 0, null);

    /// <summary>Every member known now, also those that cannot be reached at present.</summary>
    public static WriteConcern All => new(ConcernKind.All, 0, null);

    /// <summary>How long to wait; <see langword="null"/> takes <see cref="PeerReplicaOptions.ConcernTimeout"/>.</summary>
    public TimeSpan? Timeout { get; }

    internal ConcernKind Kind { get; }

    internal int PeerCount { get; }

    /// <summary>This replica and <paramref name="count"/> peers.</summary>
    /// <param name="count">At least 1.</param>
    public static WriteConcern Peers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(ConcernKind.Peers, count, null);
    }

    /// <summary>The same concern with a time limit of its own.</summary>
    /// <param name="timeout">Greater than zero.</param>
    public WriteConcern WithTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new(Kind, PeerCount, timeout);
    }
}
