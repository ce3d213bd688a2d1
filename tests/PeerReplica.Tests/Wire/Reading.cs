using System.Text.Unicode;
using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>What a reader makes of some bytes: whether they begin with a value, where the value ends, and a digest of everything in it.</summary>
internal readonly record struct Reading(bool IsValue, long Consumed, ulong Digest)
{
    private const int MaxDepth = 64;

    /// <summary>Reads one value of any type with <see cref="SpanReader"/>.</summary>
    public static Reading BySpan(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        var digest = new Fnv();
        return Walk(ref reader, 0, ref digest) ? new(true, reader.Position, digest.Value) : default;
    }

    /// <summary>Reads one value of any type with the package.</summary>
    public static Reading ByPackage(byte[] bytes) => ByPackage(bytes, static (ref reader, ref digest) => Walk(ref reader, 0, ref digest));

    /// <summary>Reads a Data, Acknowledge or Heartbeat as the replica does; any other frame is none.</summary>
    public static Reading OfMessageBySpan(ReadOnlySpan<byte> frame)
    {
        var reader = new SpanReader(frame);
        var digest = new Fnv();
        return MessageReader.TryReadType(ref reader, out var type) && TryReadMessage(type, ref reader, ref digest) ? new(true, 0, digest.Value) : default;
    }

    /// <summary>The same with the package, and the protocol's own limits.</summary>
    public static Reading OfMessageByPackage(byte[] frame)
    {
        var reading = ByPackage(frame, TryReadMessage);
        return reading with { Consumed = 0 };
    }

    private delegate bool PackageWalk(ref MessagePackReader reader, ref Fnv digest);

    private static Reading ByPackage(byte[] bytes, PackageWalk walk)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            var digest = new Fnv();
            return walk(ref reader, ref digest) ? new(true, reader.Consumed, digest.Value) : default;
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException)
        {
            return default;
        }
    }

    private static bool Walk(ref SpanReader reader, int depth, ref Fnv digest)
    {
        var code = reader.PeekCode;
        digest.Add((ulong)MessagePackCode.ToMessagePackType(code));
        switch (MessagePackCode.ToMessagePackType(code))
        {
            case MessagePackType.Integer when IsSigned(code):
                return reader.TryReadInt(out var signed) && digest.Add((ulong)signed);
            case MessagePackType.Integer:
                return reader.TryReadUInt(out var unsigned) && digest.Add(unsigned);
            case MessagePackType.Nil:
                return reader.TryReadNil();
            case MessagePackType.Boolean:
                return reader.TryReadBool(out var flag) && digest.Add(flag ? 1u : 0u);
            case MessagePackType.Float when code == MessagePackCode.Float32:
                return reader.TryReadSingle(out var single) && digest.Add(BitConverter.SingleToUInt32Bits(single));
            case MessagePackType.Float:
                return reader.TryReadDouble(out var wide) && digest.Add(BitConverter.DoubleToUInt64Bits(wide));
            case MessagePackType.String:
                return reader.TryReadUtf8(out var utf8) && digest.Add(utf8);
            case MessagePackType.Binary:
                return reader.TryReadBinary(out var binary) && digest.Add(binary);
            case MessagePackType.Array:
                if (depth == MaxDepth || !reader.TryReadArrayHeader(out var count)) return false;
                digest.Add((ulong)count);
                for (var i = 0; i < count; i++)
                {
                    if (!Walk(ref reader, depth + 1, ref digest)) return false;
                }

                return true;
            case MessagePackType.Map or MessagePackType.Extension:
                return reader.TryReadRaw(out var raw) && digest.Add(raw);
            default:
                return false;
        }
    }

    private static bool Walk(ref MessagePackReader reader, int depth, ref Fnv digest)
    {
        var code = reader.NextCode;
        digest.Add((ulong)reader.NextMessagePackType);
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Integer:
                return digest.Add(IsSigned(code) ? (ulong)reader.ReadInt64() : reader.ReadUInt64());
            case MessagePackType.Nil:
                return reader.TryReadNil();
            case MessagePackType.Boolean:
                return digest.Add(reader.ReadBoolean() ? 1u : 0u);
            case MessagePackType.Float:
                return digest.Add(code == MessagePackCode.Float32
                    ? BitConverter.SingleToUInt32Bits(reader.ReadSingle())
                    : BitConverter.DoubleToUInt64Bits(reader.ReadDouble()));
            case MessagePackType.String:
                var utf8 = reader.ReadStringSequence()!.Value.FirstSpan;
                return Utf8.IsValid(utf8) && digest.Add(utf8);
            case MessagePackType.Binary:
                return digest.Add(reader.ReadBytes()!.Value.FirstSpan);
            case MessagePackType.Array:
                if (depth == MaxDepth) return false;
                var count = reader.ReadArrayHeader();
                digest.Add((ulong)count);
                for (var i = 0; i < count; i++)
                {
                    if (!Walk(ref reader, depth + 1, ref digest)) return false;
                }

                return count >= 0;
            case MessagePackType.Map:
                var peek = reader.CreatePeekReader();
                return TrySkip(ref peek) && digest.Add(reader.ReadRaw().FirstSpan);
            case MessagePackType.Extension:
                return digest.Add(reader.ReadRaw().FirstSpan);
            default:
                return false;
        }
    }

    /// <summary>
    /// The package's own <c>Skip</c> takes a map or an array of 2^31 elements and more for an empty one; such a header is no value.
    /// </summary>
    private static bool TrySkip(ref MessagePackReader reader)
    {
        var children = reader.NextMessagePackType switch
        {
            MessagePackType.Map => reader.ReadMapHeader() * 2L,
            MessagePackType.Array => reader.ReadArrayHeader(),
            _ => long.MaxValue,
        };
        if (children == long.MaxValue) reader.Skip();
        for (var i = 0L; i < children && children != long.MaxValue; i++)
        {
            if (!TrySkip(ref reader)) return false;
        }

        return children >= 0;
    }

    private static bool TryReadMessage(MessageType type, ref SpanReader reader, ref Fnv digest)
    {
        digest.Add((ulong)type);
        switch (type)
        {
            case MessageType.Data:
                if (!MessageReader.TryReadData(ref reader, out var header, out var body)) return false;
                return digest.Add(header.Number) && digest.Add((ulong)header.Flags) && digest.Add(body);
            case MessageType.Acknowledge:
                return MessageReader.TryReadAcknowledge(ref reader, out var number, out var vector) && digest.Add(number) && Add(vector, ref digest);
            case MessageType.Heartbeat:
                if (!MessageReader.TryReadHeartbeat(ref reader, out var h)) return false;
                return digest.Add(h.LastData) && digest.Add(h.VectorHash) && digest.Add(h.ContentHash) && digest.Add(h.Ping)
                    && digest.Add(h.Echo.Ping) && digest.Add(h.Echo.HeldMicroseconds);
            default:
                return false;
        }
    }

    private static bool TryReadMessage(ref MessagePackReader reader, ref Fnv digest)
    {
        if (!reader.TryBeginArray(out var fields) || fields < 2 || !reader.TryReadUInt(out var type)) return false;
        digest.Add(type);
        switch ((MessageType)Math.Min(type, byte.MaxValue))
        {
            case MessageType.Data:
                if (!reader.TryReadUInt(out var number) || !reader.TryReadUInt(out var flags) || flags > byte.MaxValue) return false;
                return reader.TryReadBinary(out var body) && digest.Add(number) && digest.Add(flags) && digest.Add(body);
            case MessageType.Acknowledge:
                if (!reader.TryReadUInt(out var last) || reader.ReadVector() is not { } vector) return false;
                return digest.Add(last) && Add(vector, ref digest);
            case MessageType.Heartbeat:
                for (var i = 0; i < 6; i++)
                {
                    if (!reader.TryReadUInt(out var value)) return false;
                    digest.Add(value);
                }

                return true;
            default:
                return false;
        }
    }

    private static bool Add((ReplicaId Origin, ulong Sequence)[] vector, ref Fnv digest)
    {
        foreach (var (origin, sequence) in vector)
        {
            digest.Add((ulong)(origin.Value >> 64));
            digest.Add((ulong)origin.Value);
            digest.Add(sequence);
        }

        return digest.Add((ulong)vector.Length);
    }

    private static bool IsSigned(byte code) => code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64 or >= MessagePackCode.MinNegativeFixInt;

    /// <summary>FNV-1a over 64-bit words.</summary>
    private struct Fnv()
    {
        public ulong Value { get; private set; } = 14_695_981_039_346_656_037;

        /// <summary>Returns true, so that it can stand in a condition.</summary>
        public bool Add(ulong word)
        {
            Value = (Value ^ word) * 1_099_511_628_211;
            return true;
        }

        public bool Add(ReadOnlySpan<byte> bytes)
        {
            foreach (var b in bytes) Add((ulong)b);
            return Add((ulong)bytes.Length << 8);
        }
    }
}
