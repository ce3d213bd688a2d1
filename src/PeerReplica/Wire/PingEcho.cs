namespace PeerReplica.Wire;

/// <summary>The return of a ping in a later heartbeat.</summary>
/// <param name="Ping">The last ping that came in since the heartbeat before; 0: none.</param>
/// <param name="HeldMicroseconds">How long ago it came in. Of a peer it may be anything.</param>
internal readonly record struct PingEcho(ulong Ping, ulong HeldMicroseconds);
