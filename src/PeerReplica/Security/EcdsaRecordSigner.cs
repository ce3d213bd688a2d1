using System.Security.Cryptography;
using PeerReplica.Wire;

namespace PeerReplica.Security;

/// <summary>Signs with an ECDSA key on P-256 that is made here and never leaves the process. One caller at a time.</summary>
internal sealed class EcdsaRecordSigner : IRecordSigner
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public EcdsaRecordSigner()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        PublicKey = [.. point.X!, .. point.Y!];
    }

    public byte[] PublicKey { get; }

    public byte[] Sign(ReadOnlySpan<byte> root) => _key.SignHash(root.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}
