namespace PeerReplica;

/// <summary>
/// One named thing that every replica of the cluster holds. Handles are thread-safe; synchronous operations are local, never wait for the network, and
/// never fail because a peer is away. Reads work at every stage of the replica's life. Writes before the start are published by it; a write that no broadcast would take along any more, after a stop, a fault or a
/// failed start, throws <see cref="ReplicaNotRunningException"/> and changes nothing. Asynchronous calls wait for the start within their own time, check a token before they write, and throw
/// <see cref="ReplicaNotRunningException"/> when the replica ends first. Watches end when the replica is stopped, and throw that exception when it faults or fails to start. Call by call:
/// <c>docs/reference/lifecycle.md</c>, "Calls at each stage".
/// </summary>
public interface IReplicatedObject
{
    /// <summary>The name it was registered under.</summary>
    string Name { get; }
}
