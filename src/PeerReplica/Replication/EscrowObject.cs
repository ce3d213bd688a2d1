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

    /// <summary>Where its units are. Loop only.</summary>
    /// <param name="isPresent">Whether a replica can be reached.</param>
    public abstract EscrowAudit Audit(Func<ReplicaId, bool> isPresent);

    /// <summary>What was taken beyond what was granted, as it was seen last: anything but 0 is an alarm. Loop only.</summary>
    public virtual long Oversold => 0;

    /// <summary>Whether the sum of its accounts came out, as it was seen last. Loop only.</summary>
    public virtual bool IsBalanced => true;

    /// <summary>This replica's account; null before the start. Loop only.</summary>
    public Account? Account { get; set; }

    /// <summary>The escrow; null before the start. Loop only.</summary>
    public EscrowEngine? Engine { get; set; }
}
