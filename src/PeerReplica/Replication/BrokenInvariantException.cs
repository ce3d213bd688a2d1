namespace PeerReplica.Replication;

/// <summary>The core found itself in a state that must not exist.</summary>
internal sealed class BrokenInvariantException(string message) : PeerReplicaException(message);
