namespace PeerReplica.Wire;

/// <summary>What a member that the receiver may not reach is known to contain.</summary>
internal readonly record struct Row(ReplicaId Member, (ReplicaId Origin, ulong Sequence)[] Vector);
