namespace PeerReplica.Wire;

/// <summary>What a replica tells a linked peer about the address that the peer advertises.</summary>
/// <param name="Verdict">What it found when it tried to connect there.</param>
/// <param name="ObservedHost">The host that it sees the peer's link come from; null from a version that does not say.</param>
internal readonly record struct AddressReport(AddressVerdict Verdict, string? ObservedHost);
