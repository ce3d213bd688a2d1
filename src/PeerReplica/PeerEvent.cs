namespace PeerReplica;

/// <summary>
/// A peer's state changed. A peer that is no member has one event at most: that it is quarantined, each time it is.
/// </summary>
/// <param name="Peer">The peer as it is now.</param>
/// <param name="Previous">Its state before, or <see langword="null"/> when it was not known.</param>
public sealed record PeerEvent(PeerInfo Peer, PeerState? Previous);
