using System.Diagnostics.CodeAnalysis;

namespace PeerReplica;

/// <summary>
/// Keys with values; each key is a last-writer-wins register. A removal removes what it has seen: a write of the same key that the removing
/// replica had not seen survives it.
/// </summary>
/// <typeparam name="TKey">The key's type.</typeparam>
/// <typeparam name="TValue">The value's type. Objects read from a map are shared: treat them as immutable.</typeparam>
public interface IReplicatedMap<TKey, TValue> : IReplicatedObject, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    /// <summary>The number of visible entries. Costs a walk over all of them.</summary>
    int Count { get; }

    /// <summary>Reads a key's value, if it has one.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes that a peer sent cannot be read here.</exception>
    bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value);

    /// <summary>Whether the key has a value.</summary>
    bool ContainsKey(TKey key);

    /// <summary>Sets a key's value.</summary>
    /// <param name="key">The key; at most <see cref="PeerReplicaOptions.MaxKeyBytes"/> when encoded.</param>
    /// <param name="value">The value; at most <see cref="PeerReplicaOptions.MaxValueBytes"/> when encoded.</param>
    /// <param name="timeToLive">After how long the entry disappears, counted from now; <see langword="null"/> takes the map's default. A century or more is for ever.</param>
    /// <exception cref="ReplicaSerializationException">Key or value cannot be serialised; nothing was published.</exception>
    /// <exception cref="ArgumentException">Key or value is <see langword="null"/> or over its limit, or the time to live is not positive.</exception>
    void Set(TKey key, TValue value, TimeSpan? timeToLive = null);

    /// <summary>Removes a key. Returns whether it had a value here.</summary>
    bool Remove(TKey key);

    /// <summary>Removes every key that is visible here.</summary>
    void Clear();

    /// <summary>Sets, and returns when as many replicas as <paramref name="concern"/> asks for hold the value.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The write stays.</exception>
    Task SetAsync(TKey key, TValue value, WriteConcern concern, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default);

    /// <summary>Removes, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The removal stays.</exception>
    Task<bool> RemoveAsync(TKey key, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The key's value (<see langword="default"/> when it has none) after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task<TValue?> GetAsync(TKey key, ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>
    /// Every change from the beginning of the enumeration on. Bounded: a reader that lags gets the latest change of each key, and one that lags by more than
    /// <see cref="PeerReplicaOptions.WatchCapacity"/> keys gets <see cref="MapChangeKind.Reset"/> and should read the map anew.
    /// </summary>
    IAsyncEnumerable<MapChange<TKey, TValue>> WatchAsync(CancellationToken cancellationToken = default);
}
