using System.Buffers;
using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests;

/// <summary>Single values written to a buffer, for tests that build bytes piece by piece: each flushes at once.</summary>
internal static class BufferWriting
{
    private delegate void Writer<T>(ref MessagePackWriter output, T value);

    public static void WriteNil(this IBufferWriter<byte> buffer) => Write(buffer, 0, static (ref o, _) => o.WriteNil());

    public static void WriteBool(this IBufferWriter<byte> buffer, bool value) => Write(buffer, value, static (ref o, v) => o.WriteBool(v));

    public static void WriteUInt(this IBufferWriter<byte> buffer, ulong value) => Write(buffer, value, static (ref o, v) => o.WriteUInt(v));

    public static void WriteInt(this IBufferWriter<byte> buffer, long value) => Write(buffer, value, static (ref o, v) => o.WriteInt(v));

    public static void WriteSingle(this IBufferWriter<byte> buffer, float value) => Write(buffer, value, static (ref o, v) => o.WriteSingle(v));

    public static void WriteDouble(this IBufferWriter<byte> buffer, double value) => Write(buffer, value, static (ref o, v) => o.WriteDouble(v));

    public static void WriteText(this IBufferWriter<byte> buffer, string value) => Write(buffer, value, static (ref o, v) => o.WriteText(v));

    public static void WriteBinary(this IBufferWriter<byte> buffer, byte[] value) => Write(buffer, value, static (ref o, v) => o.WriteBinary(v));

    public static void WriteArrayHeader(this IBufferWriter<byte> buffer, int count) =>
        Write(buffer, count, static (ref o, v) => o.WriteArrayHeader(v));

    public static void WriteReplicaId(this IBufferWriter<byte> buffer, ReplicaId id) =>
        Write(buffer, id, static (ref o, v) => o.WriteReplicaId(v));

    public static void EncodeKey(this Entry entry, IBufferWriter<byte> buffer) =>
        Write(buffer, entry, static (ref o, v) => v.EncodeKey(ref o));

    public static void EncodePayload(this Entry entry, Record record, IBufferWriter<byte> buffer) =>
        Write(buffer, (entry, record), static (ref o, v) => v.entry.EncodePayload(v.record, ref o));

    private static void Write<T>(IBufferWriter<byte> buffer, T value, Writer<T> write)
    {
        var output = new MessagePackWriter(buffer);
        write(ref output, value);
        output.Flush();
    }
}
