namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>One peer, as an instance sees it.</summary>
/// <param name="Peer">The peer's <see cref="ReplicaId"/>, as text.</param>
/// <param name="State">Whether it is connected.</param>
/// <param name="RoundTripSeconds">The latest measured round trip, when connected.</param>
/// <param name="Behind">How many of the changes that the instance holds the peer has not acknowledged.</param>
public sealed record NodeLink(string Peer, PeerState State, double? RoundTripSeconds, long Behind);
