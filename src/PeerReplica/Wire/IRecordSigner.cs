using PeerReplica.Crdts;

namespace PeerReplica.Wire;

/// <summary>Signs with the key pair of this run. The private key never leaves the process. One caller at a time.</summary>
internal interface IRecordSigner
{
    const int PublicKeyBytes = RecordProof.PublicKeyBytes;
    const int SignatureBytes = RecordProof.SignatureBytes;

    /// <summary>The public key, <see cref="PublicKeyBytes"/> long. The replica's id follows from it.</summary>
    byte[] PublicKey { get; }

    /// <summary>The signature over a Merkle root, <see cref="SignatureBytes"/> long.</summary>
    byte[] Sign(ReadOnlySpan<byte> root);
}
