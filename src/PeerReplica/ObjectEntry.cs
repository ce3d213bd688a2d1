namespace PeerReplica;

/// <summary>One entry of a replicated object, for tools that show any object. Shared: treat both as immutable.</summary>
/// <param name="Key">
/// The key of a map, the item of a set or pool, the <see cref="ReplicaId"/> of a presence; <see langword="null"/> for objects without keys.
/// </param>
/// <param name="Value">
/// The value; of a pool's item its <see cref="PoolItemState"/>, of a flag a <see cref="bool"/>, of a counter a <see cref="long"/>, of a bounded counter its
/// <see cref="IBoundedCounter.Value"/>; <see langword="null"/> for an item of a set.
/// </param>
public sealed record ObjectEntry(object? Key, object? Value);
