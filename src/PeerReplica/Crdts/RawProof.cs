namespace PeerReplica.Crdts;

/// <summary>A proof as it stands in a transfer's bytes.</summary>
internal ref struct RawProof
{
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> Signature;
    public uint Index;

    /// <summary>Empty where the record carries the dots themselves, or observed none.</summary>
    public ReadOnlySpan<byte> ObservedDigest;
    public ReadOnlySpan<byte> Path;
}
