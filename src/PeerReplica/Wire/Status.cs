namespace PeerReplica.Wire;

/// <summary>What a replica contains: sent when a link opens, and after a frame was lost.</summary>
/// <param name="Vector">Its version vector.</param>
/// <param name="Floor">Up to where it may have collected removals.</param>
/// <param name="Flags">How to take it.</param>
internal sealed record Status((ReplicaId Origin, ulong Sequence)[] Vector, (ReplicaId Origin, ulong Sequence)[] Floor, StatusFlags Flags);
