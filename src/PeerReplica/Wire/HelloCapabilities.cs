namespace PeerReplica.Wire;

/// <summary>What a replica can do besides its protocol version, in its hello. Bits that are not known are passed over.</summary>
[Flags]
internal enum HelloCapabilities : ulong
{
    None = 0,

    /// <summary>It reads the proofs of protected records, and wants to be sent them.</summary>
    ReadsProofs = 1,
}
