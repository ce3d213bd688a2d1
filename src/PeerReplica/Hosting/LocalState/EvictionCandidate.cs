using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>An entry that was chosen to be evicted.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="WrittenAt">When the value was written that was chosen.</param>
/// <param name="Bytes">What key and value take, if that counts.</param>
internal readonly record struct EvictionCandidate<TKey, TValue>(KeyedEntry<TKey, TValue> Entry, HybridTimestamp WrittenAt, long Bytes)
    where TKey : notnull;
