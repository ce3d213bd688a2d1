using System.Buffers;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>An entry whose key is of a native type: kept as a value only.</summary>
internal sealed class NativeKeyEntry<TKey, TValue>(KeyedObject<TKey, TValue> owner, TKey key) : KeyedEntry<TKey, TValue>(owner)
    where TKey : notnull
{
    public override TKey Key => key;

    public override void EncodeKey(IBufferWriter<byte> output) => Owner.KeyCodec.Encode(key, output);
}
