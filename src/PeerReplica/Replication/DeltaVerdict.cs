namespace PeerReplica.Replication;

/// <summary>What became of a transfer that arrived. Only <see cref="Applied"/> changed state.</summary>
internal enum DeltaVerdict
{
    /// <summary>Applied; the vector was raised.</summary>
    Applied,

    /// <summary>Normal: everything in it was known.</summary>
    Known,

    /// <summary>
    /// Normal after a loss: it begins past what is here; the missing part is asked for. Also of a full state that shows what its
    /// linked origin has not shown.
    /// </summary>
    Gap,

    /// <summary>Normal after a long absence: we are below the sender's floor and need the full state.</summary>
    NeedsFullState,

    /// <summary>The sender's fault: not a valid transfer. The link ends.</summary>
    Malformed,

    /// <summary>Of a section: a change's time is too far ahead. Its origin's changes are held back, the others are applied.</summary>
    ClockSkew,

    /// <summary>Of a section: a key or value is over a limit. Its origin's changes are held back, the others are applied.</summary>
    TooLarge,

    /// <summary>It claims changes of this very replica that were never made. The link ends.</summary>
    ForgedOrigin,

    /// <summary>Not valid here, though an honest sender may have taken it from another replica. The link ends.</summary>
    Unattributable,

    /// <summary>
    /// Of a section: its origin uses more objects that are not registered here than one may. Its changes are held back, the
    /// others are applied.
    /// </summary>
    TooManyObjects,

    /// <summary>
    /// Of a section: its origin is linked with this replica and has not shown that it made so many changes. They are held back until it
    /// does; the others are applied.
    /// </summary>
    Unshown,

    /// <summary>
    /// Of a section: it is of a replica, or its records name one, that is not known here, and the sender has made too many
    /// known. Its changes are held back, the others are applied.
    /// </summary>
    TooManyOrigins,
}
