namespace PeerReplica.Security;

/// <summary>
/// Who the other end of a connection has proved to be. A transport that authenticates its peers reports one with each connection; immutable and thread-safe.
/// </summary>
/// <remarks>
/// With certificates the identity is the cluster and node that the certificate names. With a shared secret it is the key of one run of the peer's process, so a
/// restarted process is another identity.
/// </remarks>
public sealed class PeerIdentity
{
    private PeerIdentity(string name, string? nodeName, DateTimeOffset? validUntil)
    {
        Name = name;
        NodeName = nodeName;
        ValidUntil = validUntil;
    }

    /// <summary>
    /// The identity of a connection that never leaves this process, or that the transport otherwise keeps out of every stranger's reach. A transport that
    /// reports it vouches for all of its peers: nothing else authenticates them.
    /// </summary>
    public static PeerIdentity Trusted { get; } = new("trusted", null, null);

    /// <summary>
    /// The proved name: <c>spiffe://cluster/peerreplica/node</c> or <c>dns:node.peerreplica.cluster</c> from a certificate, <c>key:</c> and a SHA-256 hash from a
    /// shared secret, or <c>trusted</c>. Two identities are equal if their names are.
    /// </summary>
    public string Name { get; }

    /// <summary>The node that the certificate names; <see langword="null"/> where the identity names none. The peer must claim the same name.</summary>
    public string? NodeName { get; }

    /// <summary>When the link must have ended: the earlier end of both certificates; <see langword="null"/> where nothing ends it.</summary>
    public DateTimeOffset? ValidUntil { get; }

    /// <summary>Whether upper and lower case of the node name are one.</summary>
    internal bool IgnoresCase => Name.StartsWith("dns:", StringComparison.Ordinal);

    /// <summary>Whether everybody shares this identity, so that it tells no peer from another.</summary>
    internal bool IsShared => ReferenceEquals(this, Trusted);

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static PeerIdentity OfKey(ReadOnlySpan<byte> publicKeyHash) => new($"key:{Convert.ToHexStringLower(publicKeyHash)}", null, null);

    internal static PeerIdentity OfNode(string name, string nodeName, DateTimeOffset validUntil) => new(name, nodeName, validUntil);
}
