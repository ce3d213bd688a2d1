namespace PeerReplica.Transport;

/// <summary>What a <see cref="TransportNotification"/> is about.</summary>
public enum TransportNotificationKind
{
    /// <summary>The peer proved neither the shared secret nor a certificate that this replica trusts, or it refused this replica's proof.</summary>
    NotAuthenticated,

    /// <summary>The peer speaks none of this replica's protocol versions.</summary>
    VersionMismatch,

    /// <summary>The peer does not encrypt.</summary>
    NotEncrypted,

    /// <summary>The peer is denied, or not among the allowed nodes.</summary>
    Denied,

    /// <summary>The handshake broke, took too long, was malformed, or was given up for a newer one of the same source.</summary>
    HandshakeFailed,

    /// <summary>New certificates, authorities or denied peers are in use.</summary>
    CertificatesReloaded,

    /// <summary>New certificates, authorities or denied peers cannot be used; those before stay in use.</summary>
    CertificatesRefused,
}
