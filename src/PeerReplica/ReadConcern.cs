namespace PeerReplica;

/// <summary>
/// From how many replicas everything they hold is pulled before an asynchronous read looks at the local state.
/// A concern that is not met in time throws <see cref="ReadConcernException"/>; the local read remains possible.
/// </summary>
public readonly record struct ReadConcern
{
    private ReadConcern(ConcernKind kind, int peers, TimeSpan? timeout)
    {
        Kind = kind;
        PeerCount = peers;
        Timeout = timeout;
    }

    /// <summary>This replica only: returns at once.</summary>
    public static ReadConcern Local => default;

    /// <summary>
    /// More than half of the members, this replica counted: of those known to it, or of <see cref="PeerReplicaOptions.ExpectedReplicas"/> if that is more. Members out of reach count
    /// until they are forgotten (<see cref="PeerReplicaOptions.ForgetAfter"/>, <see cref="IPeerReplica.ForgetAsync"/>), under whatever name they ran; a run that a later run of the same node
    /// name and address has superseded does not. Not met before this replica is synchronized, since it does not know the others until then.
    /// </summary>
    public static ReadConcern Majority => new(ConcernKind.Majority, 0, null);

    /// <summary>Every member, also those out of reach; who is a member is said at <see cref="Majority"/>.</summary>
    public static ReadConcern All => new(ConcernKind.All, 0, null);

    /// <summary>How long to wait; <see langword="null"/> takes <see cref="PeerReplicaOptions.ConcernTimeout"/>.</summary>
    public TimeSpan? Timeout { get; }

    internal ConcernKind Kind { get; }

    internal int PeerCount { get; }

    /// <summary>This replica and <paramref name="count"/> peers. More than there are is waited for until time runs out: others may still join.</summary>
    /// <param name="count">At least 1.</param>
    public static ReadConcern Peers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(ConcernKind.Peers, count, null);
    }

    /// <summary>The same concern with a time limit of its own.</summary>
    /// <param name="timeout">Greater than zero; from 40 days on, and with <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>, it waits without a limit.</param>
    public ReadConcern WithTimeout(TimeSpan timeout)
    {
        if (timeout != System.Threading.Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new(Kind, PeerCount, timeout);
    }

    /// <summary>The concern as it is written in code: <c>Majority</c>, <c>Peers(2)</c>, <c>All.WithTimeout(00:00:01)</c>.</summary>
    public override string ToString() => ConcernText.Of(Kind, PeerCount, Timeout);
}
