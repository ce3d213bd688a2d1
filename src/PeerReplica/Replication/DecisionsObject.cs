using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>The account consensus's log: [bootstrap id, number] -> decision. Whoever finds one decided writes it; all who do write the same.</summary>
internal sealed class DecisionsObject() : OpaqueObject(new ObjectIdentity("$decisions", ObjectKind.Decisions, "slot"))
{
    public override bool IsKey(ReadOnlySpan<byte> key) => TryRead(key, out _, out _);

    public static bool TryRead(ReadOnlySpan<byte> key, out ReplicaId bootstrapId, out ulong slot)
    {
        var reader = new SpanReader(key);
        bootstrapId = default;
        slot = 0;
        return reader.TryReadArrayHeader(out var fields) && fields == 2 && reader.TryReadReplicaId(out bootstrapId) && reader.TryReadUInt(out slot) && reader.End;
    }

    public OpaqueEntry EntryOf(ReplicaId bootstrapId, ulong slot)
    {
        var key = new FrameBuffer();
        var output = new MessagePackWriter(key);
        output.WriteArrayHeader(2);
        output.WriteReplicaId(bootstrapId);
        output.WriteUInt(slot);
        output.Flush();
        return (OpaqueEntry)EntryOf(key.Written);
    }
}
