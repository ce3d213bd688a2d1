namespace PeerReplica.Tests.Api;

/// <summary>A type that only a serialiser can write.</summary>
public sealed record Seat(string Row, int Number);
