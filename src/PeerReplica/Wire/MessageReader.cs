namespace PeerReplica.Wire;

/// <summary>
/// Reads a frame's type, and the messages that carry the load (Data, Acknowledge, Heartbeat), from hostile bytes: false for whatever is not exactly
/// such a message. More fields than are known are passed over, so that a later version may add some. <see cref="ControlReader"/> reads the others.
/// </summary>
internal static class MessageReader
{
    /// <summary>Reads a frame's type, and leaves the reader at its first field.</summary>
    public static bool TryReadType(ref SpanReader reader, out MessageType type)
    {
        type = MessageType.None;
        if (!reader.TryReadArrayHeader(out var count) || count < 2 || !reader.TryReadUInt(out var code)) return false;
        if (code is 0 or > byte.MaxValue) return false;
        type = (MessageType)code;
        return true;
    }

    public static bool TryReadData(ref SpanReader reader, out DataHeader header, out ReadOnlySpan<byte> body)
    {
        header = default;
        body = default;
        if (!reader.TryReadUInt(out var number) || !reader.TryReadUInt(out var flags) || flags > byte.MaxValue) return false;
        header = new DataHeader(number, (DataFlags)flags);
        return reader.TryReadBinary(out body);
    }

    public static bool TryReadAcknowledge(
        ref SpanReader reader, out ulong dataNumber, out (ReplicaId Origin, ulong Sequence)[] changed)
    {
        changed = [];
        if (!reader.TryReadUInt(out dataNumber) || reader.ReadVector() is not { } vector) return false;
        changed = vector;
        return true;
    }

    public static bool TryReadHeartbeat(ref SpanReader reader, out Heartbeat heartbeat)
    {
        heartbeat = default;
        if (!reader.TryReadUInt(out var lastData) || !reader.TryReadUInt(out var vectorHash)) return false;
        if (!reader.TryReadUInt(out var contentHash) || !reader.TryReadUInt(out var ping)) return false;
        if (!reader.TryReadUInt(out var echo) || !reader.TryReadUInt(out var held)) return false;
        heartbeat = new Heartbeat(lastData, vectorHash, contentHash, ping, new PingEcho(echo, held));
        return true;
    }
}
