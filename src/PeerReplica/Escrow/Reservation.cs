using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>A reservation record as it is known here.</summary>
/// <param name="Origin">Who decided it.</param>
/// <param name="Sequence">In which of its records.</param>
/// <param name="Record">What.</param>
/// <param name="ExpiresAt">When a hold is over, on this replica's clock; 0 ticks: never.</param>
internal sealed record Reservation(ReplicaId Origin, ulong Sequence, ReservationRecord Record, Instant ExpiresAt);
