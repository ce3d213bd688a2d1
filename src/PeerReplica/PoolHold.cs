namespace PeerReplica;

/// <summary>What came of asking for a hold on an item.</summary>
/// <param name="Outcome">Whether it is held now.</param>
/// <param name="Id">The hold, if it is.</param>
public readonly record struct PoolHold(PoolOutcome Outcome, HoldId? Id);
