using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// Which replica may write which record of the objects that the cluster's safety rests on.
/// <list type="number">
/// <item>Accounts, consensus records and expulsions: each origin has one record of a key, which only its own later one replaces. No
/// other origin's record ends it, and it is never removed.</item>
/// <item>A member's entry is written by that member. Others may only remove it.</item>
/// <item>Decisions and reservations are written by several; who counts follows from the consensus records.</item>
/// </list>
/// </summary>
internal static class Ownership
{
    /// <summary>Whether a record's origin may write it.</summary>
    public static bool Permits(ObjectIdentity identity, in RawRecord record, ReplicaId origin) =>
        identity.Kind != ObjectKind.Members || record.Has(RecordFlags.Removal) || MembersObject.IsKeyOf(record.Key, origin);

    /// <summary>Whether a record by which a peer says who it is names the node that the peer's hello names.</summary>
    public static bool NamesItsSender(ObjectIdentity identity, in RawRecord record, string nodeName) => identity.Kind switch
    {
        ObjectKind.Members when !record.Has(RecordFlags.Removal) =>
            !MembersObject.TryDecode(record.Payload, out var name, out _, out _) || name == nodeName,
        ObjectKind.Consensus => Escrow.ConsensusRecord.Decode(record.Payload) is not { } consensus || consensus.NodeName == nodeName,
        _ => true,
    };

    /// <summary>
    /// Whether a peer may not alter an origin's records of a kind by a full state or a repair while that origin is linked: what
    /// the cluster's safety rests on.
    /// </summary>
    public static bool IsProtected(ObjectKind kind) => kind is ObjectKind.Members or ObjectKind.Consensus or ObjectKind.Decisions
        or ObjectKind.Expulsions or ObjectKind.Reservation or ObjectKind.BoundedCounter or ObjectKind.Pool;

    /// <summary>Whether a record of a kind stays until its own origin's next one, so that no full state can lack it.</summary>
    public static bool IsPermanent(ObjectKind kind) =>
        kind is ObjectKind.Consensus or ObjectKind.Expulsions or ObjectKind.BoundedCounter or ObjectKind.Pool;
}
