namespace PeerReplica.Replication;

/// <summary>Why a link was closed, by us or by the peer. State is untouched in every case, and other links are not disturbed.</summary>
internal enum LinkVerdict
{
    None,

    /// <summary>Normal: one of the two is stopping.</summary>
    Stopping,

    /// <summary>Normal: a second connection between the same pair.</summary>
    Duplicate,

    /// <summary>Normal: we dialed ourselves.</summary>
    Self,

    /// <summary>The peer went silent.</summary>
    Silent,

    /// <summary>The peer's fault: bytes that are no valid message.</summary>
    Malformed,

    /// <summary>Configuration: the peer belongs to another cluster.</summary>
    OtherCluster,

    /// <summary>Configuration: no protocol version in common.</summary>
    VersionMismatch,

    /// <summary>Configuration or attack: the peer does not know the secret.</summary>
    NotAuthenticated,

    /// <summary>The peer's clock is too far ahead.</summary>
    ClockSkew,

    /// <summary>Over a limit of size.</summary>
    TooLarge,

    /// <summary>A message that its phase or direction does not allow.</summary>
    Unexpected,

    /// <summary>The peer closed it, and said why.</summary>
    ByPeer,

    /// <summary>Configuration or attack: the peer claims a node name or a replica id that is another identity's.</summary>
    OtherIdentity,

    /// <summary>Normal: the link's certificate or its greatest age ended.</summary>
    Expired,

    /// <summary>Configuration: the peer is denied, or not among the allowed nodes. Given by the transport.</summary>
    Denied,

    /// <summary>Configuration or attack: the peer does not encrypt. Given by the transport.</summary>
    NotEncrypted,

    /// <summary>The handshake broke, was malformed or took too long. Given by the transport.</summary>
    HandshakeFailed,

    /// <summary>The peer's identity is in quarantine: it sent what cannot be valid before.</summary>
    Quarantined,

    /// <summary>An operator expelled the peer's identity from the cluster.</summary>
    Expelled,

    /// <summary>The peer's fault: it sent more full states than it was asked for.</summary>
    Unsolicited = 20,

    /// <summary>The peer's fault: a transfer that it began, or was sent, was not completed in time.</summary>
    Unfinished = 21,

    /// <summary>The peer's fault, or a limit that is too low: it took more than one peer may.</summary>
    OverQuota = 22,
}
