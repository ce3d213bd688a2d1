namespace PeerReplica.Hosting.LocalState;

/// <summary>A key that is looked for, in whatever form it is at hand.</summary>
internal interface IKeyProbe<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Whether an entry with the same hash has this key.</summary>
    bool IsKeyOf(KeyedEntry<TKey, TValue> entry);
}
