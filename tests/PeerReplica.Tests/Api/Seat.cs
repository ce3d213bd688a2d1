namespace PeerReplica.Tests.Api;

/// <summary>A type that only a serializer can write.</summary>
public sealed record Seat(string Row, int Number);
