using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// A record that also holds its value as an object, so that reading costs no decoding: from the start for a local write, from the first read for what
/// arrived and for bytes, unless the value alone is kept. Decoding happens on the reader's thread, never on the loop, since it may run the user's code.
/// </summary>
internal sealed class ValueRecord<TValue> : Record
{
    private TValue? _value;

    public ValueRecord()
    {
    }

    public ValueRecord(TValue value)
    {
        _value = value;
        HasValue = true;
    }

    /// <summary>Gives the value, if it is here and nothing about the record may keep it from readers; else they look closer.</summary>
    public bool TryGet([MaybeNullWhen(false)] out TValue value)
    {
        value = _value;
        return HasValue && !HasDetails;
    }

    /// <summary>The value.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public TValue Value<TKey>(KeyedObject<TKey, TValue> owner)
        where TKey : notnull => HasValue ? _value! : Decode(owner);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TValue Decode<TKey>(KeyedObject<TKey, TValue> owner)
        where TKey : notnull
    {
        // Two readers may both decode; either result serves.
        var value = owner.Decode(owner.ValueCodec, Payload, "value");
        _value = value;
        HasValue = true;
        return value;
    }
}
