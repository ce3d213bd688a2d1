using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>One object as the store sees it: entries by encoded key. All members are called by the loop only.</summary>
internal abstract class ReplicatedObject(ObjectIdentity identity) : EntryOwner(identity)
{
    /// <summary>The store it is registered with.</summary>
    public Store Store { get; private set; } = null!;

    public void Attach(Store store) => Store = store;

    /// <summary>The name of the value codec; empty where the kind has none, or where the bytes alone say what they are.</summary>
    public virtual string ValueEncoding => "";

    /// <summary>Whether peers hear that it is registered: not of what only goes with another object of the same name.</summary>
    public bool IsDeclared => Identity.Kind != ObjectKind.Touches;

    /// <summary>What all replicas should register alike, besides the identity: capacities, or a hash of items.</summary>
    public virtual long[] Terms => [];

    /// <summary>Whether its origins' records stand side by side and do not supersede each other: each says what its origin has to say.</summary>
    public bool IsAdditive => Identity.Kind is ObjectKind.Counter or ObjectKind.BoundedCounter or ObjectKind.Pool
        or ObjectKind.Consensus or ObjectKind.Reservation or ObjectKind.Expulsions or ObjectKind.Decisions;

    /// <summary>Whether the bytes are a key of this object.</summary>
    public abstract bool IsKey(ReadOnlySpan<byte> key);

    /// <summary>The key's entry; null if there is none.</summary>
    /// <param name="key">Bytes for which <see cref="IsKey"/> holds.</param>
    public abstract Entry? Find(ReadOnlySpan<byte> key);

    /// <summary>The key's entry, made if there is none.</summary>
    /// <param name="key">Bytes for which <see cref="IsKey"/> holds.</param>
    public abstract Entry EntryOf(ReadOnlySpan<byte> key);

    /// <summary>Drops an entry that has been retired.</summary>
    public abstract void Remove(Entry entry);
}
