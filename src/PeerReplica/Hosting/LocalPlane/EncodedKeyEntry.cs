using System.Buffers;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>An entry whose key a serialiser writes: kept as bytes, and decoded when somebody asks for it.</summary>
internal sealed class EncodedKeyEntry<TKey, TValue>(KeyedObject<TKey, TValue> owner, byte[] keyBytes) : KeyedEntry<TKey, TValue>(owner)
    where TKey : notnull
{
    private volatile bool _keyIsKnown;

    public byte[] KeyBytes => keyBytes;

    public override TKey Key
    {
        get
        {
            if (_keyIsKnown) return KeptKey!;
            var key = Owner.DecodeKey(keyBytes);
            KeptKey = key;
            _keyIsKnown = true;
            return key;
        }
    }

    public override void EncodeKey(IBufferWriter<byte> output) => output.Write(keyBytes);
}
