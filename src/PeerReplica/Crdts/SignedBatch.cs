namespace PeerReplica.Crdts;

/// <summary>What an origin signed once for all protected records that it published in one step. Immutable; the signature is verified, or the replica's own.</summary>
/// <param name="PublicKey">The origin's public key.</param>
/// <param name="Signature">The signature over the root.</param>
internal sealed record SignedBatch(byte[] PublicKey, byte[] Signature);
