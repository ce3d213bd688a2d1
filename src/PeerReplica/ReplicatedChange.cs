namespace PeerReplica;

/// <summary>
/// A value that a replica writes under a key, as a validator sees it. Key and value are the validator's own copies, decoded
/// from what is replicated. There is neither an old value nor a time, and nothing says whether the change was made here: a
/// validator that used them would not give the same answer on every replica.
/// </summary>
/// <typeparam name="TKey">The keys' type.</typeparam>
/// <typeparam name="TValue">The values' type.</typeparam>
/// <param name="ObjectName">The object's name.</param>
/// <param name="Key">The key; of a presence, the replica that the value is about.</param>
/// <param name="Value">The value.</param>
/// <param name="Origin">The replica that wrote it.</param>
public readonly record struct ReplicatedChange<TKey, TValue>(string ObjectName, TKey Key, TValue Value, ReplicaId Origin);

/// <summary>
/// A value that a replica writes to a register, or an item that it adds to a set, as a validator sees it. See
/// <see cref="ReplicatedChange{TKey, TValue}"/> for what it does not say.
/// </summary>
/// <typeparam name="T">The type of values or items.</typeparam>
/// <param name="ObjectName">The object's name.</param>
/// <param name="Value">The value, or the item: the validator's own copy.</param>
/// <param name="Origin">The replica that wrote it.</param>
public readonly record struct ReplicatedChange<T>(string ObjectName, T Value, ReplicaId Origin);
