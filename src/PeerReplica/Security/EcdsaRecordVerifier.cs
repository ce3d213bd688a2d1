using System.Security.Cryptography;
using PeerReplica.Wire;

namespace PeerReplica.Security;

/// <summary>Verifies ECDSA signatures on P-256. Keeps the keys that verified something, since reading a key costs as much as using it. One caller at a time.</summary>
internal sealed class EcdsaRecordVerifier : IRecordVerifier
{
    private const int MaxKeys = 256;

    private readonly Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> root, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != IRecordSigner.PublicKeyBytes || signature.Length != IRecordSigner.SignatureBytes) return false;
        var name = Convert.ToHexString(publicKey);
        if (_keys.TryGetValue(name, out var known)) return Verify(known, root, signature);
        if (Read(publicKey) is not { } key) return false;
        if (!Verify(key, root, signature))
        {
            key.Dispose();
            return false;
        }

        _keys.Add(name, key);
        _order.Enqueue(name);
        if (_order.Count <= MaxKeys) return true;
        _keys.Remove(_order.Dequeue(), out var oldest);
        oldest!.Dispose();
        return true;
    }

    /// <summary>The key of a point; null if it is none on the curve.</summary>
    private static ECDsa? Read(ReadOnlySpan<byte> publicKey)
    {
        try
        {
            return ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = publicKey[..32].ToArray(), Y = publicKey[32..].ToArray() },
            });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool Verify(ECDsa key, ReadOnlySpan<byte> root, ReadOnlySpan<byte> signature)
    {
        try
        {
            return key.VerifyHash(root, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
