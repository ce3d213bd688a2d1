namespace PeerReplica;

/// <summary>Who a replica is.</summary>
/// <param name="Id">Its identity for this run.</param>
/// <param name="NodeName">Its human name, which survives restarts.</param>
/// <param name="Address">Where peers reach it, as <c>host:port</c>.</param>
public sealed record ReplicaInfo(ReplicaId Id, string NodeName, string Address);
