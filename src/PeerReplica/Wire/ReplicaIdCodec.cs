using System.Buffers;
using System.Buffers.Binary;

namespace PeerReplica.Wire;

/// <summary>Replica ids on the wire: 16 bytes, big-endian, as bin 8.</summary>
internal static class ReplicaIdCodec
{
    public const int Bytes = 16;

    public static void WriteReplicaId(this IBufferWriter<byte> output, ReplicaId id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        output.WriteBinary(bytes);
    }

    public static bool TryReadReplicaId(this ref MessagePackReader reader, out ReplicaId id)
    {
        id = default;
        if (!reader.TryReadBinary(out var bytes) || bytes.Length != Bytes) return false;
        id = new ReplicaId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return true;
    }
}
