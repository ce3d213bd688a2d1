using System.Security.Cryptography;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Security;

/// <summary>ECDSA behind the core's seam, and the ids that follow from its keys.</summary>
public sealed class RecordSignatureTests
{
    private static readonly byte[] s_root = SHA256.HashData([1]);
    private readonly EcdsaRecordSigner _signer = new();
    private readonly EcdsaRecordVerifier _verifier = new();

    [Fact]
    public void A_signature_is_that_of_one_key_over_one_root()
    {
        var signature = _signer.Sign(s_root);
        Assert.Equal((IRecordSigner.PublicKeyBytes, IRecordSigner.SignatureBytes), (_signer.PublicKey.Length, signature.Length));
        for (var twice = 0; twice < 2; twice++)
        {
            Assert.True(_verifier.Verify(_signer.PublicKey, s_root, signature));
            Assert.False(_verifier.Verify(_signer.PublicKey, SHA256.HashData([2]), signature));
            Assert.False(_verifier.Verify(new EcdsaRecordSigner().PublicKey, s_root, signature));
            Assert.False(_verifier.Verify(_signer.PublicKey, s_root, Altered(signature)));
        }
    }

    [Fact]
    public void Bytes_that_are_no_key_or_signature_verify_nothing()
    {
        Assert.False(_verifier.Verify(new byte[IRecordSigner.PublicKeyBytes], s_root, new byte[IRecordSigner.SignatureBytes]));
        Assert.False(_verifier.Verify(Altered(_signer.PublicKey), s_root, _signer.Sign(s_root)));
        Assert.False(_verifier.Verify([], s_root, []));
        Assert.False(_verifier.Verify(_signer.PublicKey, s_root, new byte[3]));
        Assert.False(_verifier.Verify(_signer.PublicKey, s_root, new byte[IRecordSigner.SignatureBytes]));
    }

    [Fact]
    public void Keys_beyond_those_that_are_kept_are_read_anew()
    {
        var signers = Enumerable.Range(0, 300).Select(_ => new EcdsaRecordSigner()).ToArray();
        foreach (var signer in signers) Assert.True(_verifier.Verify(signer.PublicKey, s_root, signer.Sign(s_root)));
        Assert.True(_verifier.Verify(signers[0].PublicKey, s_root, signers[0].Sign(s_root)));
    }

    [Fact]
    public void An_id_follows_from_the_key_and_says_that_its_replica_signs()
    {
        var id = SigningId.Of(_signer.PublicKey);
        Assert.Equal(id, SigningId.Of([.. _signer.PublicKey]));
        Assert.NotEqual(id, SigningId.Of(Altered(_signer.PublicKey)));
        Assert.True(SigningId.Signs(id));
        Assert.False(SigningId.Signs(new ReplicaId(id.Value ^ 1)));
        Assert.EndsWith("5349474e", id.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Altered(byte[] bytes)
    {
        var altered = bytes.ToArray();
        altered[5] ^= 1;
        return altered;
    }
}
