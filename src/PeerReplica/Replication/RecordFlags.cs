namespace PeerReplica.Replication;

/// <summary>The first value of a record on the wire. Below 128 it takes one byte, else two.</summary>
[Flags]
internal enum RecordFlags : ushort
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

    /// <summary>The window of a sliding expiration and the remaining time that it may not outlive follow. Only with <see cref="Expiry"/>.</summary>
    Sliding = 128,

    /// <summary>
    /// The proof that its origin published it follows (<see cref="Crdts.RecordProof"/>). Only of protected records, and only to peers that
    /// announce that they read it.
    /// </summary>
    Proof = 256,

    All = 511,
}
