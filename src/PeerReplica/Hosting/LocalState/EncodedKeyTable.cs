namespace PeerReplica.Hosting.LocalState;

/// <summary>Entries by keys that a serializer writes, compared as bytes, so that no code of the user's runs on the loop.</summary>
internal sealed class EncodedKeyTable<TKey, TValue>(KeyedObject<TKey, TValue> owner) : EntryTable<TKey, TValue>(owner)
    where TKey : notnull
{
    private readonly KeyHasher _hasher = new(owner.LocalState.Seed);

    public override KeyedEntry<TKey, TValue>? Find(TKey key) => FindEncoded(Owner.EncodeKey(key));

    public override KeyedEntry<TKey, TValue> FindOrAdd(TKey key, ReadOnlySpan<byte> encoded) => FindOrAddEncoded(encoded);

    public override KeyedEntry<TKey, TValue>? FindEncoded(ReadOnlySpan<byte> encoded) => Find(_hasher.Hash(encoded), new Probe(encoded));

    public override KeyedEntry<TKey, TValue> FindOrAddEncoded(ReadOnlySpan<byte> encoded)
    {
        var hash = _hasher.Hash(encoded);
        return Find(hash, new Probe(encoded)) ?? Add(hash, new Probe(encoded), new EncodedKeyEntry<TKey, TValue>(Owner, encoded.ToArray()));
    }

    private readonly ref struct Probe(ReadOnlySpan<byte> encoded) : IKeyProbe<TKey, TValue>
    {
        private readonly ReadOnlySpan<byte> _encoded = encoded;

        public bool IsKeyOf(KeyedEntry<TKey, TValue> entry) => _encoded.SequenceEqual(((EncodedKeyEntry<TKey, TValue>)entry).KeyBytes);
    }
}
