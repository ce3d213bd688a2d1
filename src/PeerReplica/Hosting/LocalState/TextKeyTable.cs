using System.Runtime.InteropServices;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalState;

/// <summary>Entries by text. The loop finds one without making a text of the bytes, if it is not long.</summary>
internal sealed class TextKeyTable<TValue>(KeyedObject<string, TValue> owner) : EntryTable<string, TValue>(owner)
{
    private readonly KeyHasher _hasher = new(owner.LocalState.Seed);
    private readonly char[] _text = new char[KeyedObject<string, TValue>.MaxShortText];

    public override KeyedEntry<string, TValue>? Find(string key) => Find(Hash(key), new Probe(key));

    public override KeyedEntry<string, TValue> FindOrAdd(string key, ReadOnlySpan<byte> encoded) =>
        Add(Hash(key), new Probe(key), new NativeKeyEntry<string, TValue>(Owner, key));

    public override KeyedEntry<string, TValue>? FindEncoded(ReadOnlySpan<byte> encoded)
    {
        var text = TextOf(encoded);
        return Find(Hash(text), new Probe(text));
    }

    public override KeyedEntry<string, TValue> FindOrAddEncoded(ReadOnlySpan<byte> encoded)
    {
        var text = TextOf(encoded);
        var hash = Hash(text);
        return Find(hash, new Probe(text)) ?? Add(hash, new Probe(text), new NativeKeyEntry<string, TValue>(Owner, text.ToString()));
    }

    private uint Hash(ReadOnlySpan<char> text) => _hasher.Hash(MemoryMarshal.AsBytes(text));

    private ReadOnlySpan<char> TextOf(ReadOnlySpan<byte> encoded)
    {
        var reader = new SpanReader(encoded);
        reader.TryReadUtf8(out var utf8);
        if (utf8.Length > _text.Length) return StrictUtf8.Encoding.GetString(utf8);
        return _text.AsSpan(0, StrictUtf8.Encoding.GetChars(utf8, _text));
    }

    private readonly ref struct Probe(ReadOnlySpan<char> text) : IKeyProbe<string, TValue>
    {
        private readonly ReadOnlySpan<char> _text = text;

        public bool IsKeyOf(KeyedEntry<string, TValue> entry) => _text.SequenceEqual(entry.KeptKey);
    }
}
