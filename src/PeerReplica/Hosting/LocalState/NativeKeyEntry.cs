using MessagePack;

namespace PeerReplica.Hosting.LocalState;

/// <summary>An entry whose key is of a native type: kept as a value only.</summary>
internal sealed class NativeKeyEntry<TKey, TValue> : KeyedEntry<TKey, TValue>
    where TKey : notnull
{
    public NativeKeyEntry(KeyedObject<TKey, TValue> owner, TKey key)
        : base(owner)
    {
        KeptKey = key;
    }

    public override TKey Key => KeptKey!;

    public override void EncodeKey(ref MessagePackWriter output) => Owner.KeyCodec.Encode(Key, ref output);
}
