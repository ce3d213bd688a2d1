using System.Security.Cryptography;
using System.Text;

namespace PeerReplica.Security;

/// <summary>The keys of the shared secrets, the current one first. Immutable; it shows no secret.</summary>
internal sealed class SharedSecrets
{
    /// <summary>The current secret and the previous ones: enough for every rotation, and a bound on what a proof costs.</summary>
    public const int MaxSecrets = 4;

    private readonly byte[][] _keys;

    public SharedSecrets(IEnumerable<string> secrets) => _keys = [.. secrets.Select(KeyOf).DistinctBy(Convert.ToHexString).Take(MaxSecrets)];

    /// <summary>The codes that prove each secret over a transcript.</summary>
    public byte[][] Prove(ReadOnlySpan<byte> transcript)
    {
        var macs = new byte[_keys.Length][];
        for (var i = 0; i < macs.Length; i++) macs[i] = HMACSHA256.HashData(_keys[i], transcript);
        return macs;
    }

    /// <summary>
    /// The secret, by number, that one of the codes proves over a transcript; -1 when none does. All are compared, in time that does not depend on them.
    /// </summary>
    public int Verify(ReadOnlySpan<byte> transcript, IReadOnlyList<byte[]> macs)
    {
        var found = -1;
        for (var i = _keys.Length - 1; i >= 0; i--)
        {
            var expected = HMACSHA256.HashData(_keys[i], transcript);
            foreach (var mac in macs)
            {
                if (CryptographicOperations.FixedTimeEquals(expected, mac)) found = i;
            }
        }

        return found;
    }

    /// <summary>Line ends that files and shells add are not part of a secret.</summary>
    private static byte[] KeyOf(string secret) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret.Trim()), 32, "PeerReplica"u8.ToArray(), "handshake 1"u8.ToArray());
}
