namespace PeerReplica.Causality;

/// <summary>The name of one published change: its origin (a local index) and the origin's sequence number, from 1. Never issued twice.</summary>
internal readonly record struct Dot(int Origin, ulong Sequence);
