namespace PeerReplica;

/// <summary>An item of a pool, as it is known at one replica.</summary>
/// <typeparam name="T">The items' type.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="State">Its state.</param>
/// <param name="Owner">The replica that decides about it.</param>
public readonly record struct PoolItem<T>(T Item, PoolItemState State, ReplicaId Owner);
