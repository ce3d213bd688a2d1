using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Replication;

/// <summary>An object whose units are held in accounts, one record for each replica.</summary>
internal abstract class EscrowObject(ObjectIdentity identity) : ReplicatedObject(identity)
{
    /// <summary>What the account needs of it.</summary>
    public abstract EscrowPort Port { get; }

    /// <summary>The entry that holds the replicas' account records.</summary>
    public abstract Entry AccountEntry { get; }

    /// <summary>This replica's account; null before the start. Loop only.</summary>
    public Account? Account { get; set; }

    /// <summary>The escrow; null before the start. Loop only.</summary>
    public EscrowEngine? Engine { get; set; }
}
