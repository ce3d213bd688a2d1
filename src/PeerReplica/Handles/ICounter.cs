namespace PeerReplica;

/// <summary>
/// A 64-bit counter that every replica may raise and lower at any time; no addition is lost or counted twice. A PN-counter (Shapiro et al.,
/// "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011) with one contribution per origin.
/// Arithmetic is two's complement: past <see cref="long.MaxValue"/> it wraps.
/// </summary>
public interface ICounter : IReplicatedObject
{
    /// <summary>The sum of everything added, as far as it is known here.</summary>
    long Value { get; }

    /// <summary>Adds <paramref name="amount"/>, which may be negative.</summary>
    void Add(long amount);

    /// <summary>Adds 1.</summary>
    void Increment() => Add(1);

    /// <summary>Subtracts 1.</summary>
    void Decrement() => Add(-1);

    /// <summary>Adds, and returns when as many replicas as <paramref name="concern"/> asks for hold the addition.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The addition stays: do not repeat it.</exception>
    Task AddAsync(long amount, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The value after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task<long> GetAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The value now, then after every change; a slow reader gets the latest value, not every one in between.</summary>
    IAsyncEnumerable<long> WatchAsync(CancellationToken cancellationToken = default);
}
