namespace PeerReplica;

/// <summary>What a replica is doing.</summary>
public enum ReplicaState
{
    /// <summary>Not started yet. Objects can be used; their changes leave once it runs.</summary>
    Created,

    /// <summary>Exchanging changes with every peer it can reach.</summary>
    Running,

    /// <summary>Stopped in good order.</summary>
    Stopped,

    /// <summary>Stopped by a broken invariant; <see cref="IPeerReplica.Fault"/> says which.</summary>
    Faulted,
}
