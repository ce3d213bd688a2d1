namespace PeerReplica.Crdts;

/// <summary>The object that an entry belongs to, as far as merging and hashing need it.</summary>
internal abstract class EntryOwner(ObjectIdentity identity)
{
    public ObjectIdentity Identity { get; } = identity;

    /// <summary>The identity's part of every record's hash.</summary>
    public ulong IdentityHash { get; } = ContentHash.OfObject(identity);
}
