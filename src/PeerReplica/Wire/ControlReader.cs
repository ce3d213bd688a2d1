using MessagePack;

namespace PeerReplica.Wire;

/// <summary>
/// Reads control messages (all but Data, Acknowledge and Heartbeat) from hostile frames with the MessagePack package: false or null for whatever is
/// not exactly such a message, never an exception. More fields than are known are passed over, so that a later version may add some.
/// </summary>
internal static class ControlReader
{
    private const int MaxNameBytes = 512;
    private const int MaxNonceBytes = 64;

    /// <summary>An object of five empty fields.</summary>
    private const int MinObjectBytes = 6;

    /// <summary>Decodes the fields after the type: as many as are in the frame for sure, see <see cref="TryRead{T}"/>.</summary>
    private delegate bool Decoder<T>(ref MessagePackReader reader, out T message);

    /// <summary>Reads a Hello. Earlier versions send no capabilities; what is no number there is passed over, as an unknown field would be.</summary>
    public static Hello? ReadHello(ReadOnlyMemory<byte> frame)
    {
        if (!TryRead<Hello>(frame, 8, TryDecodeHello, out var hello)) return null;
        return TryRead<ulong>(frame, 9, TryDecodeCapabilities, out var bits) ? hello with { Capabilities = (HelloCapabilities)bits } : hello;
    }

    public static Status? ReadStatus(ReadOnlyMemory<byte> frame) => TryRead<Status>(frame, 3, TryDecodeStatus, out var status) ? status : null;

    /// <summary>Reads the first field of a Pull, a Probe, a Bye or an AddressReport.</summary>
    public static bool TryReadNumber(ReadOnlyMemory<byte> frame, out ulong number) =>
        TryRead(frame, 1, static (ref MessagePackReader reader, out ulong value) => reader.TryReadUInt(out value), out number);

    public static ReplicaId[]? ReadLinks(ReadOnlyMemory<byte> frame) => TryRead<ReplicaId[]>(frame, 1, TryDecodeLinks, out var ids) ? ids : null;

    public static bool TryReadRow(ReadOnlyMemory<byte> frame, out Row row) => TryRead(frame, 2, TryDecodeRow, out row);

    public static bool TryReadProbeReply(ReadOnlyMemory<byte> frame, out ProbeReply reply) => TryRead(frame, 2, TryDecodeProbeReply, out reply);

    /// <summary>Reads an AddressReport. Earlier versions send no host; a host that is no text is passed over, as an unknown field would be.</summary>
    public static bool TryReadAddressReport(ReadOnlyMemory<byte> frame, out AddressReport report)
    {
        report = default;
        if (!TryReadNumber(frame, out var number)) return false;
        var verdict = number <= (ulong)AddressVerdict.AnotherReplica ? (AddressVerdict)number : AddressVerdict.NoAnswer;
        report = new AddressReport(verdict, TryRead<string>(frame, 2, TryDecodeSecondText, out var host) ? host : null);
        return true;
    }

    /// <summary>Reads what a peer registered.</summary>
    public static DeclaredObject[]? ReadObjects(ReadOnlyMemory<byte> frame, out bool isContinued)
    {
        var isRead = TryRead<(bool IsContinued, DeclaredObject[] Objects)>(frame, 2, TryDecodeObjects, out var message);
        isContinued = message.IsContinued;
        return isRead ? message.Objects : null;
    }

    /// <summary>
    /// Bytes that are no MessagePack are refused before the package sees them, since it would throw: an exception takes some microseconds and a kilobyte.
    /// So does one with fewer than <paramref name="fields"/> after the type. This is also the one place where an exception that it throws all the same becomes a refusal.
    /// </summary>
    private static bool TryRead<T>(ReadOnlyMemory<byte> frame, int fields, Decoder<T> decode, out T message)
    {
        message = default!;
        var whole = new SpanReader(frame.Span);
        if (!whole.TrySkip()) return false;
        try
        {
            var reader = new MessagePackReader(frame);
            return reader.TryBeginArray(out var count) && count > fields && reader.TryReadUInt(out _) && decode(ref reader, out message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Decoding changes nothing but its own result: whatever was thrown, the frame is no such message.
            message = default!;
            return false;
        }
    }

    private static bool TryDecodeHello(ref MessagePackReader reader, out Hello hello)
    {
        hello = null!;
        if (!reader.TryReadUInt32(out var minVersion) || !reader.TryReadUInt32(out var maxVersion)) return false;
        if (!reader.TryReadText(MaxNameBytes, out var cluster) || !reader.TryReadReplicaId(out var id)) return false;
        if (!reader.TryReadText(MaxNameBytes, out var nodeName) || !reader.TryReadText(MaxNameBytes, out var address)) return false;
        if (!reader.TryReadBinary(out var nonce) || nonce.Length is < 16 or > MaxNonceBytes) return false;
        if (!reader.TryReadBool(out var hasSecret)) return false;
        hello = new Hello(minVersion, maxVersion, cluster, id, nodeName, address, nonce.ToArray(), hasSecret);
        return true;
    }

    private static bool TryDecodeCapabilities(ref MessagePackReader reader, out ulong bits)
    {
        bits = 0;
        for (var field = 1; field <= 8; field++) reader.Skip();
        return reader.TryReadUInt(out bits);
    }

    private static bool TryDecodeStatus(ref MessagePackReader reader, out Status status)
    {
        status = null!;
        if (reader.ReadVector() is not { } vector || reader.ReadVector() is not { } floor) return false;
        if (!reader.TryReadUInt(out var flags) || flags > byte.MaxValue) return false;
        status = new Status(vector, floor, (StatusFlags)flags);
        return true;
    }

    private static bool TryDecodeLinks(ref MessagePackReader reader, out ReplicaId[] ids)
    {
        ids = [];
        if (!reader.TryBeginArray(out var count) || count > reader.Remaining() / ReplicaIdCodec.Bytes) return false;
        ids = new ReplicaId[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadReplicaId(out ids[i])) return false;
        }

        reader.EndArray();
        return true;
    }

    private static bool TryDecodeRow(ref MessagePackReader reader, out Row row)
    {
        row = default;
        if (!reader.TryReadReplicaId(out var member) || reader.ReadVector() is not { } vector) return false;
        row = new Row(member, vector);
        return true;
    }

    private static bool TryDecodeProbeReply(ref MessagePackReader reader, out ProbeReply reply)
    {
        reply = default;
        if (!reader.TryReadUInt(out var id) || reader.ReadVector() is not { } vector) return false;
        reply = new ProbeReply(id, vector);
        return true;
    }

    private static bool TryDecodeSecondText(ref MessagePackReader reader, out string text)
    {
        text = "";
        return reader.TryReadUInt(out _) && reader.TryReadText(MaxNameBytes, out text);
    }

    private static bool TryDecodeObjects(ref MessagePackReader reader, out (bool IsContinued, DeclaredObject[] Objects) message)
    {
        message = default;
        if (!reader.TryReadBool(out var isContinued) || !reader.TryBeginArray(out var count)) return false;
        if (count > reader.Remaining() / MinObjectBytes) return false;
        var objects = new DeclaredObject[count];
        for (var i = 0; i < count; i++)
        {
            if (!DeclaredObject.TryDecode(ref reader, out objects[i])) return false;
        }

        reader.EndArray();
        message = (isContinued, objects);
        return true;
    }
}
