using System.Runtime.CompilerServices;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// A record that also holds its value as an object, so that reading costs no decoding: from the start for a local write, from the first read for one that
/// arrived. Decoding happens on the reader's thread, never on the loop, since it may run the user's code.
/// </summary>
internal sealed class ValueRecord<TValue> : Record
{
    private TValue? _value;
    private volatile bool _isDecoded;

    public ValueRecord()
    {
    }

    public ValueRecord(TValue value)
    {
        _value = value;
        _isDecoded = true;
    }

    /// <summary>The value.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public TValue Value<TKey>(KeyedObject<TKey, TValue> owner)
        where TKey : notnull => _isDecoded ? _value! : Decode(owner.ValueCodec, owner.Name);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TValue Decode(ValueCodec<TValue> codec, string objectName)
    {
        if (!codec.TryDecode(Payload, out var value))
        {
            throw new ReplicaSerializationException(
                objectName,
                $"A value of '{objectName}' that another replica wrote is no {typeof(TValue)} ({codec.Name}). Its bytes are kept and passed on; register the same type everywhere.",
                null);
        }

        // Two readers may both decode; either result serves.
        _value = value;
        _isDecoded = true;
        return value;
    }
}
