namespace PeerReplica.Replication;

/// <summary>How far the first synchronization of a replica has come.</summary>
internal enum SyncState
{
    /// <summary>It is complete, or this replica is the first of its cluster.</summary>
    Synchronized,

    /// <summary>The seeds were asked less than <see cref="CoreOptions.SeedTimeout"/> ago.</summary>
    Seeking,

    /// <summary>A synchronized peer is linked; what it held is arriving.</summary>
    Receiving,

    /// <summary>No seed resolves.</summary>
    Unresolved,

    /// <summary>No synchronized peer answers, and this replica may not be the first.</summary>
    WaitingForFirst,
}
