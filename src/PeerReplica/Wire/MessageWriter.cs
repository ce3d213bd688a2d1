using MessagePack;
using PeerReplica.Causality;

namespace PeerReplica.Wire;

/// <summary>Writes messages with <see cref="MessagePackWriter"/>: each frame is one array that begins with the message's type.</summary>
internal static class MessageWriter
{
    public static void Write(FrameBuffer frame, Hello hello)
    {
        var output = Begin(frame, MessageType.Hello, hello.Capabilities == 0 ? 8 : 9);
        output.WriteUInt((ulong)hello.MinVersion);
        output.WriteUInt((ulong)hello.MaxVersion);
        output.WriteText(hello.Cluster);
        output.WriteReplicaId(hello.Id);
        output.WriteText(hello.NodeName);
        output.WriteText(hello.Address);
        output.WriteBinary(hello.Nonce);
        output.WriteBool(hello.HasSecret);
        if (hello.Capabilities != 0) output.WriteUInt((ulong)hello.Capabilities);
        output.Flush();
    }

    public static void WriteStatus(
        FrameBuffer frame, VersionVector vector, VersionVector floor, OriginTable origins, OriginRange range, StatusFlags flags)
    {
        var output = Begin(frame, MessageType.Status, 3);
        output.WriteVector(vector, origins, range);
        output.WriteVector(floor, origins, range);
        output.WriteUInt((ulong)flags);
        output.Flush();
    }

    /// <summary>Writes a data frame around a part of a transfer's body.</summary>
    public static void WriteData(FrameBuffer frame, DataHeader header, ReadOnlySpan<byte> body)
    {
        var output = Begin(frame, MessageType.Data, 3);
        output.WriteUInt(header.Number);
        output.WriteUInt((ulong)header.Flags);
        output.WriteBinary(body);
        output.Flush();
    }

    /// <summary>Writes an acknowledgement: the last data frame handled, and what has become known of the vector.</summary>
    public static void WriteAcknowledge(FrameBuffer frame, ulong dataNumber, VersionVector changed, OriginTable origins, OriginRange range)
    {
        var output = Begin(frame, MessageType.Acknowledge, 2);
        output.WriteUInt(dataNumber);
        output.WriteVector(changed, origins, range);
        output.Flush();
    }

    public static void Write(FrameBuffer frame, in Heartbeat heartbeat)
    {
        var output = Begin(frame, MessageType.Heartbeat, 6);
        output.WriteUInt(heartbeat.LastData);
        output.WriteUInt(heartbeat.VectorHash);
        output.WriteUInt(heartbeat.ContentHash);
        output.WriteUInt(heartbeat.Ping);
        output.WriteUInt(heartbeat.Echo.Ping);
        output.WriteUInt(heartbeat.Echo.HeldMicroseconds);
        output.Flush();
    }

    public static void WritePull(FrameBuffer frame, PullKind kind) => WriteNumber(frame, MessageType.Pull, (ulong)kind);

    public static void WriteProbe(FrameBuffer frame, ulong id) => WriteNumber(frame, MessageType.Probe, id);

    /// <summary>Writes whether the address that the receiver advertises was reached.</summary>
    public static void Write(FrameBuffer frame, in AddressReport report)
    {
        var output = Begin(frame, MessageType.AddressReport, report.ObservedHost is null ? 1 : 2);
        output.WriteUInt((ulong)report.Verdict);
        if (report.ObservedHost is not null) output.WriteText(report.ObservedHost);
        output.Flush();
    }

    public static void WriteBye(FrameBuffer frame, ulong reason) => WriteNumber(frame, MessageType.Bye, reason);

    public static void WriteProbeReply(FrameBuffer frame, ulong id, VersionVector vector, OriginTable origins, OriginRange range)
    {
        var output = Begin(frame, MessageType.ProbeReply, 2);
        output.WriteUInt(id);
        output.WriteVector(vector, origins, range);
        output.Flush();
    }

    /// <summary>Writes whom this replica is directly linked with.</summary>
    public static void WriteLinks(FrameBuffer frame, IReadOnlyList<ReplicaId> linked)
    {
        var output = Begin(frame, MessageType.Links, 1);
        output.WriteArrayHeader(linked.Count);
        foreach (var id in linked) output.WriteReplicaId(id);
        output.Flush();
    }

    /// <summary>Writes what a member that the receiver cannot reach is known to contain.</summary>
    public static void WriteRow(FrameBuffer frame, ReplicaId member, VersionVector vector, OriginTable origins, OriginRange range)
    {
        var output = Begin(frame, MessageType.Row, 2);
        output.WriteReplicaId(member);
        output.WriteVector(vector, origins, range);
        output.Flush();
    }

    /// <summary>Writes what the sender registered, or a part of it.</summary>
    public static void WriteObjects(FrameBuffer frame, bool isContinued, IReadOnlyList<DeclaredObject> objects)
    {
        var output = Begin(frame, MessageType.Objects, 2);
        output.WriteBool(isContinued);
        output.WriteArrayHeader(objects.Count);
        foreach (var declared in objects) declared.Encode(ref output);
        output.Flush();
    }

    private static void WriteNumber(FrameBuffer frame, MessageType type, ulong value)
    {
        var output = Begin(frame, type, 1);
        output.WriteUInt(value);
        output.Flush();
    }

    private static MessagePackWriter Begin(FrameBuffer frame, MessageType type, int fields)
    {
        var output = new MessagePackWriter(frame);
        output.WriteArrayHeader(fields + 1);
        output.WriteUInt((ulong)type);
        return output;
    }
}
