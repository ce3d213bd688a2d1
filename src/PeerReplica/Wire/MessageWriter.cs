using PeerReplica.Causality;

namespace PeerReplica.Wire;

/// <summary>Writes control messages: each frame is one MessagePack array that begins with the message's type.</summary>
internal static class MessageWriter
{
    public static void Write(FrameBuffer output, Hello hello)
    {
        Begin(output, MessageType.Hello, 8);
        output.WriteUInt((ulong)hello.MinVersion);
        output.WriteUInt((ulong)hello.MaxVersion);
        output.WriteString(hello.Cluster);
        output.WriteReplicaId(hello.Id);
        output.WriteString(hello.NodeName);
        output.WriteString(hello.Address);
        output.WriteBinary(hello.Nonce);
        output.WriteBool(hello.HasSecret);
    }

    public static void WriteProof(FrameBuffer output, ReadOnlySpan<byte> mac)
    {
        Begin(output, MessageType.Proof, 1);
        output.WriteBinary(mac);
    }

    public static void WriteStatus(
        FrameBuffer output, VersionVector vector, VersionVector floor, OriginTable origins, OriginRange range, StatusFlags flags)
    {
        Begin(output, MessageType.Status, 3);
        output.WriteVector(vector, origins, range);
        output.WriteVector(floor, origins, range);
        output.WriteUInt((ulong)flags);
    }

    /// <summary>Writes a data frame around a part of a transfer's body.</summary>
    public static void WriteData(FrameBuffer output, DataHeader header, ReadOnlySpan<byte> body)
    {
        Begin(output, MessageType.Data, 3);
        output.WriteUInt(header.Number);
        output.WriteUInt((ulong)header.Flags);
        output.WriteBinary(body);
    }

    /// <summary>Writes an acknowledgement: the last data frame handled, and what has become known of the vector.</summary>
    public static void WriteAcknowledge(FrameBuffer output, ulong dataNumber, VersionVector changed, OriginTable origins, OriginRange range)
    {
        Begin(output, MessageType.Acknowledge, 2);
        output.WriteUInt(dataNumber);
        output.WriteVector(changed, origins, range);
    }

    public static void Write(FrameBuffer output, in Heartbeat heartbeat)
    {
        Begin(output, MessageType.Heartbeat, 6);
        output.WriteUInt(heartbeat.LastData);
        output.WriteUInt(heartbeat.VectorHash);
        output.WriteUInt(heartbeat.ContentHash);
        output.WriteUInt(heartbeat.Ping);
        output.WriteUInt(heartbeat.Echo.Ping);
        output.WriteUInt(heartbeat.Echo.HeldMicroseconds);
    }

    public static void WritePull(FrameBuffer output, PullKind kind) => WriteNumber(output, MessageType.Pull, (ulong)kind);

    public static void WriteProbe(FrameBuffer output, ulong id) => WriteNumber(output, MessageType.Probe, id);

    public static void WriteBye(FrameBuffer output, ulong reason) => WriteNumber(output, MessageType.Bye, reason);

    public static void WriteProbeReply(FrameBuffer output, ulong id, VersionVector vector, OriginTable origins, OriginRange range)
    {
        Begin(output, MessageType.ProbeReply, 2);
        output.WriteUInt(id);
        output.WriteVector(vector, origins, range);
    }

    /// <summary>Writes whom this replica is directly linked with.</summary>
    public static void WriteLinks(FrameBuffer output, IReadOnlyList<ReplicaId> linked)
    {
        Begin(output, MessageType.Links, 1);
        output.WriteArrayHeader(linked.Count);
        foreach (var id in linked) output.WriteReplicaId(id);
    }

    /// <summary>Writes what a member that the receiver cannot reach is known to contain.</summary>
    public static void WriteRow(FrameBuffer output, ReplicaId member, VersionVector vector, OriginTable origins, OriginRange range)
    {
        Begin(output, MessageType.Row, 2);
        output.WriteReplicaId(member);
        output.WriteVector(vector, origins, range);
    }

    /// <summary>Writes what the sender registered, or a part of it.</summary>
    public static void WriteObjects(FrameBuffer output, bool isContinued, IReadOnlyList<DeclaredObject> objects)
    {
        Begin(output, MessageType.Objects, 2);
        output.WriteBool(isContinued);
        output.WriteArrayHeader(objects.Count);
        foreach (var declared in objects) declared.Encode(output);
    }

    private static void WriteNumber(FrameBuffer output, MessageType type, ulong value)
    {
        Begin(output, type, 1);
        output.WriteUInt(value);
    }

    private static void Begin(FrameBuffer output, MessageType type, int fields)
    {
        output.WriteArrayHeader(fields + 1);
        output.WriteUInt((ulong)type);
    }
}
