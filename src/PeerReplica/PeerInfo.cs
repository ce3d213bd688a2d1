namespace PeerReplica;

/// <summary>What this replica knows of a peer, at one moment.</summary>
/// <param name="Id">Its identity for its present run.</param>
/// <param name="NodeName">Its human name.</param>
/// <param name="Address">Where it is reached.</param>
/// <param name="State">Whether it is connected.</param>
/// <param name="RoundTrip">The latest measured round trip, when connected.</param>
/// <param name="Behind">How many of the changes that this replica holds the peer has not acknowledged.</param>
public sealed record PeerInfo(ReplicaId Id, string NodeName, string Address, PeerState State, TimeSpan? RoundTrip, long Behind)
{
    /// <summary>
    /// The identity that it proved on its first link with this replica: what <see cref="IPeerReplica.ExpelAsync"/>
    /// takes. <see langword="null"/> if it has had no link with this replica, or if the transport tells no peers apart.
    /// </summary>
    public string? Identity { get; init; }
}
