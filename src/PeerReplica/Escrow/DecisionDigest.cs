using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace PeerReplica.Escrow;

/// <summary>Names a decision by what it says: the first 128 bits of the SHA-256 hash of its encoding.</summary>
internal static class DecisionDigest
{
    private static readonly ConditionalWeakTable<Decision, Digest> s_known = [];

    public static UInt128 Of(Decision decision) => s_known.GetValue(decision, static d => Compute(d)).Value;

    public static bool Same(Decision a, Decision b) => ReferenceEquals(a, b) || Of(a) == Of(b);

    private static Digest Compute(Decision decision)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(EscrowCodec.Encode(decision).Written, hash);
        return new Digest(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    private sealed record Digest(UInt128 Value);
}
