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
}
