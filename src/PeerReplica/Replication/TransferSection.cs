namespace PeerReplica.Replication;

/// <summary>The part of a transfer that brings a receiver from one sequence number of an origin to another: the interval (From, To].</summary>
internal readonly record struct TransferSection(int Origin, ulong From, ulong To);
