using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>A decision with its number, as an origin writes it.</summary>
internal sealed record Decided(ulong Slot, Decision Decision);
