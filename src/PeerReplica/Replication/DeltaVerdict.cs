namespace PeerReplica.Replication;

/// <summary>What became of a transfer that arrived. Only <see cref="Applied"/> changed state.</summary>
internal enum DeltaVerdict
{
    /// <summary>Applied; the vector was raised.</summary>
    Applied,

    /// <summary>Normal: everything in it was known.</summary>
    Known,

    /// <summary>Normal after a loss: it begins past what is here; the missing part is asked for.</summary>
    Gap,

    /// <summary>Normal after a long absence: we are below the sender's floor and need the full state.</summary>
    NeedsPass,

    /// <summary>The sender's fault: not a valid transfer. The link ends.</summary>
    Malformed,

    /// <summary>The sender's clock, or its source's, is too far ahead. The link ends.</summary>
    ClockSkew,

    /// <summary>Over a limit. The link ends.</summary>
    TooLarge,

    /// <summary>It claims changes of this very replica that were never made. The link ends.</summary>
    ForgedOrigin,
}
