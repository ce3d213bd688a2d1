using MessagePack;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>An object of the core's own in which each replica has one record, which only itself writes: what it says, not what it stores.</summary>
internal sealed class PerReplicaObject(string name, ObjectKind kind) : OpaqueObject(new ObjectIdentity(name, kind, ""))
{
    public override bool IsKey(ReadOnlySpan<byte> key) => key is [MessagePackCode.Nil];

    public OpaqueEntry Only => (OpaqueEntry)EntryOf([MessagePackCode.Nil]);
}
