using System.Buffers;
using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Codecs;

/// <summary>Any other type: the user's serializer's bytes, as one bin. What is written is read back now and then (<see cref="RoundTripCheck{T}"/>).</summary>
internal sealed class SerializerCodec<T>(IReplicaSerializer serializer, string objectName, bool isKey) : ValueCodec<T>
{
    private readonly RoundTripCheck<T> _check = new(serializer, objectName, isKey);

    public override string Name => "bytes";

    public override bool IsNative => false;

    public override void Encode(T value, ref MessagePackWriter output)
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            serializer.Serialize(bytes, value);
        }
        catch (Exception e) when (e is not ReplicaSerializationException)
        {
            throw new ReplicaSerializationException(
                objectName, $"A {TypeNames.Of(typeof(T))} of '{objectName}' could not be serialized by {serializer.GetType().Name}: {e.Message} Nothing was published.", e);
        }

        if (_check.IsDue(value, bytes.WrittenSpan)) _check.Run(value, bytes.WrittenSpan);
        output.WriteBinary(bytes.WrittenSpan);
    }

    public override bool TryDecode(ReadOnlySpan<byte> bytes, out T value)
    {
        value = default!;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadBinary(out var inner) || !reader.End) return false;
        try
        {
            value = serializer.Deserialize<T>(inner);
            if (value is null) throw new InvalidOperationException("It is null.");
            return true;
        }
        catch (Exception e) when (e is not ReplicaSerializationException)
        {
            throw new ReplicaSerializationException(
                objectName,
                $"Bytes of '{objectName}' could not be read as {TypeNames.Of(typeof(T))} by {serializer.GetType().Name}: {e.Message} They are kept and passed on; " +
                "use a type and serializer that read what the other replicas write.",
                e);
        }
    }
}
