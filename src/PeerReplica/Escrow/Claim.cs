using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>A claim record as it is known here.</summary>
/// <param name="Origin">Who decided it.</param>
/// <param name="Sequence">In which of its records.</param>
/// <param name="Record">What.</param>
/// <param name="ExpiresAt">When a hold is over, on this replica's clock; 0 ticks: never.</param>
internal sealed record Claim(ReplicaId Origin, ulong Sequence, ClaimRecord Record, Instant ExpiresAt);
