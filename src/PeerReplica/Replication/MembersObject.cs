using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// The cluster's list of members, replicated like everything else: replica id -> [node name, address]. A replica writes its own entry; it is
/// removed by the replica itself when it leaves, or by another when it is forgotten.
/// </summary>
internal sealed class MembersObject(Action<OpaqueEntry> changed)
    : OpaqueObject(new ObjectIdentity("$members", ObjectKind.Members, "replica"))
{
    public override bool IsKey(ReadOnlySpan<byte> key)
    {
        var reader = new SpanReader(key);
        return reader.TryReadReplicaId(out _) && reader.End;
    }

    public override void OnChanged(OpaqueEntry entry) => changed(entry);

    public static ReplicaId IdOf(OpaqueEntry entry)
    {
        var reader = new SpanReader(entry.Key);
        return reader.TryReadReplicaId(out var id) ? id : default;
    }

    public OpaqueEntry EntryOf(ReplicaId id)
    {
        var key = new FrameBuffer();
        var output = new MessagePackWriter(key);
        output.WriteReplicaId(id);
        output.Flush();
        return (OpaqueEntry)EntryOf(key.Written);
    }

    public static byte[] Encode(string nodeName, string address)
    {
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        output.WriteArrayHeader(2);
        output.WriteText(nodeName);
        output.WriteText(address);
        output.Flush();
        return payload.Written.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> payload, out string nodeName, out string address)
    {
        var reader = new SpanReader(payload);
        nodeName = "";
        address = "";
        return reader.TryReadArrayHeader(out var count) && count >= 2 && reader.TryReadString(out nodeName) && reader.TryReadString(out address);
    }
}
