using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PeerReplica.Replication;

/// <summary>
/// The id of a replica that signs: it follows from the public key of its run, so nothing else has to vouch for the key.
/// <list type="number">
/// <item>The high 96 bits are those of a hash of the key. To find another key with the same id takes some 2^96 attempts.</item>
/// <item>The low 32 bits are <see cref="Marker"/>. They say that the replica signs: nobody can claim that it does not. A random id has
/// them once in 2^32.</item>
/// </list>
/// </summary>
internal static class SigningId
{
    private const uint Marker = 0x5349_474E;

    private static ReadOnlySpan<byte> Domain => "PeerReplica replica id 1\0"u8;

    public static ReplicaId Of(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> input = stackalloc byte[128];
        Domain.CopyTo(input);
        publicKey.CopyTo(input[Domain.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..(Domain.Length + publicKey.Length)], hash);
        return new ReplicaId((BinaryPrimitives.ReadUInt128BigEndian(hash) & ~(UInt128)uint.MaxValue) | Marker);
    }

    /// <summary>Whether a replica signs.</summary>
    public static bool Signs(ReplicaId id) => (uint)id.Value == Marker;
}
