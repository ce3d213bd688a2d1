namespace PeerReplica.Wire;

/// <summary>The sign of life of a link.</summary>
/// <param name="LastData">The number of the last data frame sent on this link, so that a lost last frame is noticed.</param>
/// <param name="VectorHash">The hash of the sender's vector.</param>
/// <param name="ContentHash">The hash of the sender's content.</param>
/// <param name="Ping">To be echoed in the next heartbeat of the other direction.</param>
/// <param name="Echo">The echo of the receiver's ping.</param>
internal readonly record struct Heartbeat(ulong LastData, ulong VectorHash, ulong ContentHash, ulong Ping, PingEcho Echo);
