namespace PeerReplica;

/// <summary>
/// One named thing that every replica of the cluster holds. Handles are thread-safe; synchronous operations are local, never wait for the network, and
/// never fail because a peer is away.
/// </summary>
public interface IReplicatedObject
{
    /// <summary>The name it was registered under.</summary>
    string Name { get; }
}
