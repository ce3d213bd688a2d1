namespace PeerReplica.Replication;

internal enum CoreOutputKind
{
    /// <summary>Send a frame on a link.</summary>
    Send,

    /// <summary>Close a link.</summary>
    Close,

    /// <summary>Dial an address.</summary>
    Dial,

    /// <summary>What is known of a peer changed.</summary>
    PeerChanged,

    /// <summary>Content differed though vectors were equal: an alarm.</summary>
    ContentMismatch,

    /// <summary>A member was forgotten.</summary>
    Forgotten,

    /// <summary>The first synchronisation is complete.</summary>
    Synced,
}
