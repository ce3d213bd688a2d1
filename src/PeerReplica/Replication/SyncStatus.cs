namespace PeerReplica.Replication;

/// <summary>How far the first synchronization has come.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">Why it is not complete and what an operator can do, in one sentence; empty when it is.</param>
internal readonly record struct SyncStatus(SyncState State, string Reason);
