namespace PeerReplica;

/// <summary>One replica that counted for a <see cref="WriteConcern"/> or <see cref="ReadConcern"/> that was not met.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="State">Whether it is connected to this replica.</param>
/// <param name="HasConfirmed">Whether it is known to hold the write, or has sent what it holds.</param>
public sealed record ConcernMember(ReplicaInfo Replica, PeerState State, bool HasConfirmed);
