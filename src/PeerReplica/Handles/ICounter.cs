namespace PeerReplica;

/// <summary>
/// A 64-bit counter that every replica may raise and lower at any time; no addition is lost or counted twice. A PN-counter (Shapiro et al.,
/// "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011) with one contribution per origin.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>A counter never wraps. Each run of a replica has a contribution of its own: the sum of what was added there since
/// the replica started. An addition that would take that sum out of the range of <see cref="long"/> throws an
/// <see cref="OverflowException"/> and adds nothing.</para>
/// <para><see cref="Value"/> is the exact sum of all contributions, limited to <see cref="long.MinValue"/> and
/// <see cref="long.MaxValue"/>: replicas whose contributions together pass a limit all read the limit, and read the exact
/// sum again once it is back in the range.</para>
/// </remarks>
public interface ICounter : IReplicatedObject
{
    /// <summary>The sum of everything added, as far as it is known here; at least <see cref="long.MinValue"/>, at most <see cref="long.MaxValue"/>.</summary>
    long Value { get; }

    /// <summary>Adds <paramref name="amount"/>, which may be negative.</summary>
    /// <exception cref="OverflowException">What this replica has added in all would leave the range of <see cref="long"/>. Nothing was added.</exception>
    void Add(long amount);

    /// <summary>Adds 1.</summary>
    void Increment() => Add(1);

    /// <summary>Subtracts 1.</summary>
    void Decrement() => Add(-1);

    /// <summary>Adds, and returns when as many replicas as <paramref name="concern"/> asks for hold the addition.</summary>
    /// <exception cref="OverflowException">As for <see cref="Add"/>. Nothing was added.</exception>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The addition stays: do not repeat it.</exception>
    Task AddAsync(long amount, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The value after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task<long> GetAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The value now, then after every change; a slow reader gets the latest value, not every one in between.</summary>
    IAsyncEnumerable<long> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<long> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
