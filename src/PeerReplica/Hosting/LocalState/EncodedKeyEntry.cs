using MessagePack;
using PeerReplica.Hosting.Codecs;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// An entry whose key a serializer writes: kept as bytes, and decoded when somebody asks for it. A key that nobody can
/// change is decoded once; any other anew for each who asks, so that nobody changes what others read.
/// </summary>
internal sealed class EncodedKeyEntry<TKey, TValue>(KeyedObject<TKey, TValue> owner, byte[] keyBytes) : KeyedEntry<TKey, TValue>(owner)
    where TKey : notnull
{
    private volatile bool _keyIsKept;
    private volatile bool _keyIsReadable;

    public byte[] KeyBytes => keyBytes;

    public override TKey Key
    {
        get
        {
            if (_keyIsKept) return KeptKey!;
            var key = Owner.DecodeKey(keyBytes);
            _keyIsReadable = true;
            if (!TypeState.IsImmutable(key.GetType())) return key;
            KeptKey = key;
            _keyIsKept = true;
            return key;
        }
    }

    public override bool IsKeyReadable => _keyIsReadable || TryGetKey(out _);

    public override void EncodeKey(ref MessagePackWriter output) => output.WriteRaw(keyBytes);
}
