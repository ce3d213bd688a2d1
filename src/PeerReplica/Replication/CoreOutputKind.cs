namespace PeerReplica.Replication;

internal enum CoreOutputKind
{
    /// <summary>Send a frame on a link.</summary>
    Send,

    /// <summary>Close a link.</summary>
    Close,

    /// <summary>Resolve a name to all of its addresses.</summary>
    Resolve,

    /// <summary>Dial an address.</summary>
    Dial,

    /// <summary>What is known of a peer changed.</summary>
    PeerChanged,

    /// <summary>Content differed though vectors were equal: an alarm.</summary>
    ContentMismatch,

    /// <summary>A member was forgotten.</summary>
    Forgotten,

    /// <summary>Changes of one origin are refused on a link, which stays open.</summary>
    HeldBack,

    /// <summary>Something announced by peers is passed over, since there is too much of it.</summary>
    LimitReached,

    /// <summary>An address that a member advertises is not dialed, and why.</summary>
    NotDialed,

    /// <summary>This replica is not synchronized, and why.</summary>
    NotSynced,

    /// <summary>The first synchronization is complete.</summary>
    Synced,

    /// <summary>A peer sent what cannot be valid, and its identity is kept out for a while.</summary>
    Quarantined,

    /// <summary>An identity was expelled from the cluster.</summary>
    Expelled,

    /// <summary>An identity that had been expelled was readmitted.</summary>
    Readmitted,

    /// <summary>Decisions on identities are ignored, since their author is no operator.</summary>
    DecisionIgnored,
}
