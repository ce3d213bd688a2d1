using System.Diagnostics.CodeAnalysis;

namespace PeerReplica;

/// <summary>
/// Keys with values; each key is a last-writer-wins register. A removal removes what it has seen: a write of the same key that the removing
/// replica had not seen survives it.
/// </summary>
/// <remarks>
/// Operations that read and write a key (<see cref="TryAdd"/>, <see cref="GetOrAdd(TKey, TValue, EntryExpiration)"/>, <see cref="AddOrUpdate"/>,
/// <see cref="TryRemove"/>) are atomic among the threads of this replica. Replicas that do so at the same time each succeed, and the last writer's
/// value stays; a cluster-wide compare-and-set would have to wait for a majority at each write, and would fail without one. Where one of several
/// replicas must win, take from an <see cref="IPool{T}"/> or <see cref="IBoundedCounter"/>; where nobody's write may be lost, use
/// <see cref="Update"/>.
/// <para>
/// An enumeration sees changes that are made meanwhile, or does not; a key that is removed and added again during it may come twice.
/// </para>
/// <para>
/// Entries whose key or value another replica wrote and this one cannot read as the registered type (a newer version's, for
/// example) are kept and passed on. Enumerating, <see cref="Count"/> and <see cref="ContainsKey"/> pass over them; such
/// reads are counted and logged once. Keys are compared by their encoded bytes, which are equal where .NET calls keys equal.
/// </para>
/// <para>
/// An entry with a sliding expiration (<see cref="EntryExpiration.Sliding"/>) lives on with each use: <see cref="TryGetValue"/>, <see cref="GetAsync"/>
/// and <see cref="Touch"/> are uses, <see cref="TryPeek"/>, <see cref="ContainsKey"/>, enumerations and watches are none. A use is replicated
/// without the value, and by one replica at most once in a tenth of the window. It postpones the end of the value that was used: a removal, also a
/// concurrent one, and a later value are not touched by it. Where replicas are cut off from each other for longer than the window, a side on which
/// the entry was not used removes it for everyone once they meet again, unless it was written elsewhere meanwhile.
/// </para>
/// </remarks>
/// <typeparam name="TKey">The key's type.</typeparam>
/// <typeparam name="TValue">The value's type. Objects and arrays read from a map are shared by all its readers in this process: treat them as immutable. Keys are copies.</typeparam>
[SuppressMessage("Naming", "CA1710", Justification = "The literature's name: a replicated map.")]
public interface IReplicatedMap<TKey, TValue> : IReplicatedObject, IReadOnlyDictionary<TKey, TValue>
    where TKey : notnull
{
    /// <summary>The number of entries that an enumeration gives. Costs a walk over all of them, and decoding what a serializer wrote and nobody has read yet.</summary>
    new int Count { get; }

    /// <summary>Reads a key's value, if it has one. With a sliding expiration this is a use, which postpones the entry's end.</summary>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here.</exception>
    new bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value);

    /// <summary>Reads a key's value, as <see cref="TryGetValue"/> does, or sets it, as <see cref="Set(TKey, TValue)"/> does.</summary>
    /// <exception cref="KeyNotFoundException">It is read and has no value here.</exception>
    new TValue this[TKey key] { get; set; }

    /// <summary>The keys that an enumeration gives, in no particular order. No use. Enumerating it walks the map.</summary>
    new IEnumerable<TKey> Keys { get; }

    /// <summary>The values that an enumeration gives, in no particular order. No use. Enumerating it walks the map.</summary>
    new IEnumerable<TValue> Values { get; }

    /// <summary>Reads a key's value as <see cref="TryGetValue"/> does, without using it: a sliding expiration goes on.</summary>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here.</exception>
    bool TryPeek(TKey key, [MaybeNullWhen(false)] out TValue value);

    /// <summary>Uses a key's entry without reading it: postpones its end where it has a sliding expiration, and does nothing else. Never waits, and works at every stage.</summary>
    /// <returns>Whether the key has a value here, readable or not.</returns>
    bool Touch(TKey key);

    /// <summary>Whether the key has a value that can be read here. No use.</summary>
    new bool ContainsKey(TKey key);

    /// <summary>Sets a key's value; when the entry disappears, the map's options say.</summary>
    /// <param name="key">The key; at most <see cref="PeerReplicaOptions.MaxKeyBytes"/> when encoded.</param>
    /// <param name="value">The value; at most <see cref="PeerReplicaOptions.MaxValueBytes"/> when encoded.</param>
    /// <exception cref="ReplicaSerializationException">Key or value cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">Key or value is <see langword="null"/> or over its limit.</exception>
    /// <exception cref="MapFullException">The map is at its limit and evicts nothing, or the entry alone is over <see cref="MapOptions.MaxBytes"/>; nothing was written.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    void Set(TKey key, TValue value);

    /// <summary>Sets a key's value and for how long the entry lives, as one change.</summary>
    /// <param name="key">The key; at most <see cref="PeerReplicaOptions.MaxKeyBytes"/> when encoded.</param>
    /// <param name="value">The value; at most <see cref="PeerReplicaOptions.MaxValueBytes"/> when encoded.</param>
    /// <param name="timeToLive">
    /// After how long the entry disappears, counted from now; <see langword="null"/> takes the map's default. <see cref="Timeout.InfiniteTimeSpan"/>, and
    /// a century or more, is for ever. A sliding expiration is the map's.
    /// </param>
    /// <exception cref="ReplicaSerializationException">Key or value cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">Key or value is <see langword="null"/> or over its limit, or the time to live is neither positive nor infinite.</exception>
    /// <exception cref="MapFullException">The map is at its limit and evicts nothing, or the entry alone is over <see cref="MapOptions.MaxBytes"/>; nothing was written.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    void Set(TKey key, TValue value, TimeSpan? timeToLive);

    /// <summary>Sets a key's value and when it disappears, as one change.</summary>
    /// <param name="key">The key; at most <see cref="PeerReplicaOptions.MaxKeyBytes"/> when encoded.</param>
    /// <param name="value">The value; at most <see cref="PeerReplicaOptions.MaxValueBytes"/> when encoded.</param>
    /// <param name="expiration">When the entry disappears; what it leaves open the map's options say.</param>
    /// <exception cref="ReplicaSerializationException">Key or value cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">Key or value is <see langword="null"/> or over its limit, or a duration is neither positive nor infinite.</exception>
    /// <exception cref="MapFullException">The map is at its limit and evicts nothing, or the entry alone is over <see cref="MapOptions.MaxBytes"/>; nothing was written.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    void Set(TKey key, TValue value, EntryExpiration expiration);

    /// <summary>Sets a key's value, unless the key has one here, readable or not. Replicas that add a key at the same time all return <see langword="true"/>, and one value stays.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expiration">When the entry disappears. Default: as the map says.</param>
    /// <returns>Whether the value was set.</returns>
    /// <remarks>Throws as <see cref="Set(TKey, TValue, EntryExpiration)"/> does.</remarks>
    bool TryAdd(TKey key, TValue value, EntryExpiration expiration = default);

    /// <summary>Reads a key's value, or sets it where the key has none here. A value that is read is used. Replicas that add a key at the same time each get their own value, and one stays.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value of a key without one.</param>
    /// <param name="expiration">When an entry that is added disappears. Default: as the map says.</param>
    /// <returns>
    /// The value that is in the map then. Of a type that can be changed the map keeps the encoded bytes: whoever adds gets <paramref name="value"/> itself,
    /// and all others a copy.
    /// </returns>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here; or the new one cannot be written.</exception>
    /// <remarks>Throws as <see cref="Set(TKey, TValue)"/> does.</remarks>
    TValue GetOrAdd(TKey key, TValue value, EntryExpiration expiration = default);

    /// <summary>Reads a key's value, or makes and sets it where the key has none here. Otherwise as <see cref="GetOrAdd(TKey, TValue, EntryExpiration)"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Makes the value. Called on this thread, without a lock, at most once. Where another thread adds the key meanwhile, that one's value is returned.</param>
    /// <param name="expiration">When an entry that is added disappears. Default: as the map says.</param>
    TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory, EntryExpiration expiration = default);

    /// <summary>
    /// Sets a key's value where it has none here, and replaces it otherwise. Of updates that replicas make at the same time one stays: count with an
    /// <see cref="ICounter"/>, and merge with <see cref="Update"/>.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value of a key without one.</param>
    /// <param name="updateValueFactory">Makes the new value of the key and the old one. Called on this thread, without a lock, once or repeatedly.</param>
    /// <param name="expiration">When the entry disappears, whatever it had before. Default: as the map says.</param>
    /// <returns>The value that was set.</returns>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here; or the new one cannot be written.</exception>
    /// <remarks>Throws as <see cref="Set(TKey, TValue)"/> does.</remarks>
    TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory, EntryExpiration expiration = default);

    /// <summary>
    /// Sets the values of several keys, one after the other: each is atomic, all together are not. Where one throws, those before it are set. They
    /// reach other replicas together where they fit into one broadcast.
    /// </summary>
    /// <remarks>Throws as <see cref="Set(TKey, TValue)"/> does.</remarks>
    void SetItems(IEnumerable<KeyValuePair<TKey, TValue>> items);

    /// <summary>
    /// The values of all writes of a key that did not see each other, that which <see cref="TryGetValue"/> gives first; empty if it has none. There is more than one only after
    /// instances wrote the key at the same time, until a later write replaces all of them. A use, as <see cref="TryGetValue"/>.
    /// </summary>
    /// <exception cref="ReplicaSerializationException">The bytes of a value that a peer sent cannot be read here.</exception>
    IReadOnlyList<TValue> GetAll(TKey key);

    /// <summary>
    /// Replaces all values of a key by one that is made of them. Nothing that arrives or is written here meanwhile is lost: <paramref name="merge"/> is then called again, with
    /// what is there by then. Instances that update a key at the same time each leave a value, which the next update anywhere merges.
    /// </summary>
    /// <param name="key">The key; at most <see cref="PeerReplicaOptions.MaxKeyBytes"/> when encoded.</param>
    /// <param name="merge">
    /// Makes the new value of those that <see cref="GetAll"/> gives, or returns <see langword="null"/> to leave the key as it is. Called on this thread, without a lock, once or repeatedly.
    /// </param>
    /// <param name="expiration">When the entry disappears. Default: as the map says.</param>
    /// <returns>Whether a value was written.</returns>
    /// <exception cref="ReplicaSerializationException">A value cannot be read or written; nothing was published.</exception>
    /// <exception cref="ArgumentException">Key or value is over its limit, or a duration is not positive.</exception>
    /// <exception cref="MapFullException">The map is at its limit, and evicts nothing; nothing was written.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    bool Update(TKey key, Func<IReadOnlyList<TValue>, TValue?> merge, EntryExpiration expiration = default);

    /// <summary>Removes a key. Returns whether it had a value here, readable or not.</summary>
    bool Remove(TKey key);

    /// <summary>Removes a key and gives the value that was removed. Of replicas that remove a key at the same time each may get it.</summary>
    /// <returns>Whether it had a value here.</returns>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here; it was not removed. <see cref="Remove"/> removes it.</exception>
    bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value);

    /// <summary>Removes several keys, one after the other: each is atomic, all together are not.</summary>
    /// <returns>How many of them had a value here, readable or not.</returns>
    int RemoveRange(IEnumerable<TKey> keys);

    /// <summary>
    /// Removes every key that has a value here, readable or not, at every replica. Keys that others add meanwhile stay. Keys are removed one after the
    /// other: each is atomic, all together are not.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    bool Clear();

    /// <summary>Sets, and returns when as many replicas as <paramref name="concern"/> asks for hold the value.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The write stays.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    Task SetAsync(TKey key, TValue value, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Sets a key's value and for how long the entry lives, and returns when as many replicas as <paramref name="concern"/> asks for hold the value.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The write stays.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    Task SetAsync(TKey key, TValue value, TimeSpan? timeToLive, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Sets a key's value and when it disappears, and returns when as many replicas as <paramref name="concern"/> asks for hold the value.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The write stays.</exception>
    /// <exception cref="MapFullException">The map is at its limit and evicts nothing, or the entry alone is over <see cref="MapOptions.MaxBytes"/>; nothing was written.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    Task SetAsync(TKey key, TValue value, EntryExpiration expiration, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Removes, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The removal stays.</exception>
    Task<bool> RemoveAsync(TKey key, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The key's value, or that it has none, after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here.</exception>
    Task<ReadResult<TValue>> GetAsync(TKey key, ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>
    /// Every entry as <see cref="MapChangeKind.Set"/>, then every change since the enumeration began; an entry that changes meanwhile may come twice.
    /// Reading by it is no use. Ends when the replica is stopped. Bounded: a reader that lags gets the latest change of each key, and one that lags by more than
    /// <see cref="PeerReplicaOptions.WatchCapacity"/> keys gets <see cref="MapChangeKind.Reset"/> and should read the map anew.
    /// </summary>
    IAsyncEnumerable<MapChange<TKey, TValue>> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<MapChange<TKey, TValue>> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
