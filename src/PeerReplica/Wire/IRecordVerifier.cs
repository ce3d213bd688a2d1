namespace PeerReplica.Wire;

/// <summary>Verifies what an <see cref="IRecordSigner"/> signed. One caller at a time.</summary>
internal interface IRecordVerifier
{
    /// <summary>Whether a signature over a Merkle root is that of a public key. Never throws, whatever the bytes are.</summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> root, ReadOnlySpan<byte> signature);
}
