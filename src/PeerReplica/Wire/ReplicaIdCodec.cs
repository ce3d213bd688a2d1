using System.Buffers.Binary;
using MessagePack;

namespace PeerReplica.Wire;

/// <summary>Replica ids on the wire: 16 bytes, big-endian, as bin 8.</summary>
internal static class ReplicaIdCodec
{
    public const int Bytes = 16;

    public static void WriteReplicaId(this ref MessagePackWriter output, ReplicaId id)
    {
        output.WriteBinHeader(Bytes);
        BinaryPrimitives.WriteUInt128BigEndian(output.GetSpan(Bytes), id.Value);
        output.Advance(Bytes);
    }

    public static bool TryReadReplicaId(this ref SpanReader reader, out ReplicaId id) =>
        TryRead(reader.TryReadBinary(out var bytes), bytes, out id);

    public static bool TryReadReplicaId(this ref MessagePackReader reader, out ReplicaId id) =>
        TryRead(reader.TryReadBinary(out var bytes), bytes, out id);

    private static bool TryRead(bool isBinary, ReadOnlySpan<byte> bytes, out ReplicaId id)
    {
        id = default;
        if (!isBinary || bytes.Length != Bytes) return false;
        id = new ReplicaId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return true;
    }
}
