namespace PeerReplica.Replication;

/// <summary>The first byte of a record on the wire. Kept below 128, so that it is one byte.</summary>
[Flags]
internal enum RecordFlags : byte
{
    None = 0,

    /// <summary>Of the same object as the record before: no object follows.</summary>
    SameObject = 1,

    /// <summary>Its sequence is the one before plus 1: none follows.</summary>
    NextSequence = 2,

    /// <summary>A removal: no payload follows.</summary>
    Removal = 4,

    /// <summary>The dots it observed follow.</summary>
    Observed = 8,

    /// <summary>The remaining time to live follows.</summary>
    Expiry = 16,

    /// <summary>It is dead, and its killer's dot follows. Only in a full state.</summary>
    Dead = 32,

    /// <summary>The stamp's counter is not 0 and follows.</summary>
    Counter = 64,

    All = 127,
}
