namespace PeerReplica.Wire;

/// <summary>
/// Reads control messages from hostile bytes: null or false for whatever is not exactly such a message. More fields than are known are passed over, so
/// that a later version may add some.
/// </summary>
internal static class MessageReader
{
    private const int MaxNameBytes = 512;
    private const int MaxNonceBytes = 64;

    /// <summary>An object of five empty fields.</summary>
    private const int MinObjectBytes = 6;

    /// <summary>Reads a frame's type, and leaves the reader at its first field.</summary>
    public static bool TryReadType(ref MessagePackReader reader, out MessageType type)
    {
        type = MessageType.None;
        if (!reader.TryReadArrayHeader(out var count) || count < 2 || !reader.TryReadUInt(out var code)) return false;
        if (code is 0 or > byte.MaxValue) return false;
        type = (MessageType)code;
        return true;
    }

    public static Hello? ReadHello(ref MessagePackReader reader)
    {
        if (!reader.TryReadUInt32(out var minVersion) || !reader.TryReadUInt32(out var maxVersion)) return null;
        if (!TryReadName(ref reader, out var cluster) || !reader.TryReadReplicaId(out var id)) return null;
        if (!TryReadName(ref reader, out var nodeName) || !TryReadName(ref reader, out var address)) return null;
        if (!reader.TryReadBinary(out var nonce) || nonce.Length is < 16 or > MaxNonceBytes) return null;
        return reader.TryReadBool(out var hasSecret)
            ? new Hello(minVersion, maxVersion, cluster, id, nodeName, address, nonce.ToArray(), hasSecret)
            : null;
    }

    public static Status? ReadStatus(ref MessagePackReader reader)
    {
        if (reader.ReadVector() is not { } vector || reader.ReadVector() is not { } floor) return null;
        return reader.TryReadUInt(out var flags) && flags <= byte.MaxValue ? new Status(vector, floor, (StatusFlags)flags) : null;
    }

    public static bool TryReadData(ref MessagePackReader reader, out DataHeader header, out ReadOnlySpan<byte> body)
    {
        header = default;
        body = default;
        if (!reader.TryReadUInt(out var number) || !reader.TryReadUInt(out var flags) || flags > byte.MaxValue) return false;
        header = new DataHeader(number, (DataFlags)flags);
        return reader.TryReadBinary(out body);
    }

    public static bool TryReadAcknowledge(
        ref MessagePackReader reader, out ulong dataNumber, out (ReplicaId Origin, ulong Sequence)[] changed)
    {
        changed = [];
        if (!reader.TryReadUInt(out dataNumber) || reader.ReadVector() is not { } vector) return false;
        changed = vector;
        return true;
    }

    public static bool TryReadHeartbeat(ref MessagePackReader reader, out Heartbeat heartbeat)
    {
        heartbeat = default;
        if (!reader.TryReadUInt(out var lastData) || !reader.TryReadUInt(out var vectorHash)) return false;
        if (!reader.TryReadUInt(out var contentHash) || !reader.TryReadUInt(out var ping)) return false;
        if (!reader.TryReadUInt(out var echo) || !reader.TryReadUInt(out var held)) return false;
        heartbeat = new Heartbeat(lastData, vectorHash, contentHash, ping, new PingEcho(echo, held));
        return true;
    }

    public static ReplicaId[]? ReadLinks(ref MessagePackReader reader)
    {
        if (!reader.TryReadArrayHeader(out var count) || count > reader.Remaining / ReplicaIdCodec.Bytes) return null;
        var ids = new ReplicaId[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadReplicaId(out ids[i])) return null;
        }

        return ids;
    }

    /// <summary>Reads what a peer registered.</summary>
    public static DeclaredObject[]? ReadObjects(ref MessagePackReader reader, out bool isContinued)
    {
        if (!reader.TryReadBool(out isContinued) || !reader.TryReadArrayHeader(out var count) || count > reader.Remaining / MinObjectBytes) return null;
        var objects = new DeclaredObject[count];
        for (var i = 0; i < count; i++)
        {
            if (!DeclaredObject.TryDecode(ref reader, out objects[i])) return null;
        }

        return objects;
    }

    private static bool TryReadName(ref MessagePackReader reader, out string name)
    {
        name = "";
        if (!reader.TryReadUtf8(out var utf8) || utf8.Length > MaxNameBytes) return false;
        name = StrictUtf8.Encoding.GetString(utf8);
        return true;
    }
}
