namespace PeerReplica.Wire;

/// <summary>The answer to a Probe: what the replica that was asked contains; id 0 in all parts of a long vector but the last.</summary>
internal readonly record struct ProbeReply(ulong Id, (ReplicaId Origin, ulong Sequence)[] Vector);
