using System.Buffers;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Codecs;

/// <summary>Any other type: the user's serialiser's bytes, as one bin.</summary>
internal sealed class SerializerCodec<T>(IReplicaSerializer serializer, string objectName) : ValueCodec<T>
{
    public override string Name => "bytes";

    public override bool IsNative => false;

    public override void Encode(T value, IBufferWriter<byte> output)
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            serializer.Serialize(bytes, value);
        }
        catch (Exception e) when (e is not ReplicaSerializationException)
        {
            throw new ReplicaSerializationException(
                objectName, $"A {typeof(T)} of '{objectName}' could not be serialised by {serializer.GetType().Name}: {e.Message} Nothing was published.", e);
        }

        output.WriteBinary(bytes.WrittenSpan);
    }

    public override bool TryDecode(ReadOnlySpan<byte> bytes, out T value)
    {
        value = default!;
        var reader = new MessagePackReader(bytes);
        if (!reader.TryReadBinary(out var inner) || !reader.End) return false;
        try
        {
            value = serializer.Deserialize<T>(inner);
            return true;
        }
        catch (Exception e) when (e is not ReplicaSerializationException)
        {
            throw new ReplicaSerializationException(
                objectName,
                $"Bytes of '{objectName}' could not be read as {typeof(T)} by {serializer.GetType().Name}: {e.Message} They are kept and passed on; " +
                "use a type and serialiser that read what the other replicas write.",
                e);
        }
    }
}
