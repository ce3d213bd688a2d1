namespace PeerReplica.Wire;

/// <summary>How a status is to be taken. Part of the wire format.</summary>
[Flags]
internal enum StatusFlags
{
    None = 0,

    /// <summary>The receiver must begin its transfers anew, since a frame was lost.</summary>
    Restart = 1,

    /// <summary>It adds to the status before it, rather than replacing it.</summary>
    Continued = 2,

    /// <summary>Another part follows.</summary>
    More = 4,

    /// <summary>The sender has not completed its first synchronization. Sent with each heartbeat while that is so.</summary>
    NotSynced = 8,

    /// <summary>The sender holds back the receiver's own changes since their time is too far ahead.</summary>
    HoldsBackForTime = 16,

    /// <summary>The sender holds back the receiver's own changes since a key or value is over its limit.</summary>
    HoldsBackForSize = 32,
}
