using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>Who the transport has authenticated at the other end of a link, and until when.</summary>
/// <param name="Name">The identity: equal names are one identity.</param>
/// <param name="NodeName">The node name that the peer must claim; null if the identity names none.</param>
/// <param name="IgnoresCase">Whether upper and lower case of the node name are one, as in names of the DNS.</param>
internal sealed record LinkIdentity(string Name, string? NodeName, bool IgnoresCase)
{
    /// <summary>When to open another link with the peer, which takes this one's place.</summary>
    public Instant RenewAt { get; init; } = Instant.Never;

    /// <summary>When the link must have ended.</summary>
    public Instant EndsAt { get; init; } = Instant.Never;

    /// <summary>Whether a node name that a peer claims is the one that was proved.</summary>
    public bool Permits(string nodeName) =>
        NodeName is null || NodeName.Equals(nodeName, IgnoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
