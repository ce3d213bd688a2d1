namespace PeerReplica.Hosting.LocalState;

/// <summary>Entries by keys of a native type, compared as values.</summary>
internal sealed class NativeKeyTable<TKey, TValue>(KeyedObject<TKey, TValue> owner) : EntryTable<TKey, TValue>(owner)
    where TKey : notnull
{
    /// <summary>Spreads numbers in a row evenly over all hashes: 2^32 divided by the golden ratio (Knuth, "The Art of Computer Programming", 6.4).</summary>
    private const uint Spread = 0x9E3779B9;

    private static readonly IEqualityComparer<TKey>? s_comparer = KeyComparers.For<TKey>();

    public override KeyedEntry<TKey, TValue>? Find(TKey key) => Find(Hash(key), new Probe(key));

    /// <summary>Keeps what peers will read, decoded anew: the caller's array may change later, even while it is being hashed.</summary>
    public override KeyedEntry<TKey, TValue> FindOrAdd(TKey key, ReadOnlySpan<byte> encoded)
    {
        var kept = Owner.KeyCodec.TryDecode(encoded, out var decoded) ? decoded : key is byte[] bytes ? (TKey)bytes.Clone() : key;
        return Add(Hash(kept), new Probe(kept), new NativeKeyEntry<TKey, TValue>(Owner, kept));
    }

    public override KeyedEntry<TKey, TValue>? FindEncoded(ReadOnlySpan<byte> encoded) => Owner.KeyCodec.TryDecode(encoded, out var key) ? Find(key) : null;

    public override KeyedEntry<TKey, TValue> FindOrAddEncoded(ReadOnlySpan<byte> encoded)
    {
        Owner.KeyCodec.TryDecode(encoded, out var key);
        return Find(key) ?? Add(Hash(key), new Probe(key), new NativeKeyEntry<TKey, TValue>(Owner, key));
    }

    private static uint Hash(TKey key) =>
        (uint)(s_comparer is null ? EqualityComparer<TKey>.Default.GetHashCode(key) : s_comparer.GetHashCode(key)) * Spread;

    private readonly struct Probe(TKey key) : IKeyProbe<TKey, TValue>
    {
        public bool IsKeyOf(KeyedEntry<TKey, TValue> entry) =>
            s_comparer is null ? EqualityComparer<TKey>.Default.Equals(key, entry.KeptKey) : s_comparer.Equals(key, entry.KeptKey);
    }
}
