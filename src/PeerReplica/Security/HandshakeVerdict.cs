namespace PeerReplica.Security;

/// <summary>Why a handshake failed.</summary>
public enum HandshakeVerdict
{
    /// <summary>The connection broke, or the peer closed it.</summary>
    Closed = 0,

    /// <summary>The peer proved neither the shared secret nor a certificate that this replica trusts, or it refused this replica's proof.</summary>
    NotAuthenticated = 1,

    /// <summary>The peer speaks none of this replica's protocol versions.</summary>
    VersionMismatch = 2,

    /// <summary>The peer does not encrypt.</summary>
    NotEncrypted = 3,

    /// <summary>The peer sent bytes that no handshake contains.</summary>
    Malformed = 4,

    /// <summary>The certificate is valid, and the peer is denied or not among the allowed nodes.</summary>
    Denied = 5,

    /// <summary>The handshake did not end within its deadline.</summary>
    TimedOut = 6,

    /// <summary>Too many handshakes were under way, and this one was the oldest of its source.</summary>
    Crowded = 7,
}
