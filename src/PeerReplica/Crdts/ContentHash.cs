using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// The 64-bit hash that replicas with equal vectors compare. A replica's content hash is the sum of its live records' hashes, so it is kept up
/// incrementally and does not depend on order. It covers object, key, dot and payload; not expiry, tombstones or dead records, which depend on when a
/// replica looked. It finds accidents, not forgeries.
/// </summary>
internal static class ContentHash
{
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private const ulong Prime = 0xD6E8FEB86659FD93;

    /// <summary>From here on XXH3 is the faster one; below it the words are mixed here.</summary>
    private const int LongBytes = 64;

    public static ulong OfObject(ObjectIdentity identity)
    {
        var hash = Seed + (ulong)identity.Kind;
        foreach (var c in identity.Name) hash = Mix(hash, c);
        hash = Mix(hash, '\u0001');
        foreach (var c in identity.KeyEncoding) hash = Mix(hash, c);
        return hash;
    }

    public static ulong OfRecord(ulong objectHash, ReadOnlySpan<byte> key, ReplicaId origin, ulong sequence, ReadOnlySpan<byte> payload)
    {
        var hash = Mix(objectHash, OfBytes(key));
        hash = Mix(hash, (ulong)origin.Value);
        hash = Mix(hash, (ulong)(origin.Value >> 64));
        hash = Mix(hash, sequence);
        return Finish(Mix(hash, OfBytes(payload)));
    }

    /// <summary>A hash of what a vector says, by replica ids and not by local indices.</summary>
    public static ulong OfVector(VersionVector vector, OriginTable origins)
    {
        var sum = 0UL;
        for (var origin = 0; origin < vector.Length; origin++)
        {
            if (vector[origin] == 0) continue;
            var id = origins[origin].Value;
            sum += Finish(Mix(Mix(Mix(Seed, (ulong)id), (ulong)(id >> 64)), vector[origin]));
        }

        return sum;
    }

    /// <summary>A number that follows from a key alone, the same everywhere.</summary>
    public static ulong OfKey(ReadOnlySpan<byte> key) => Finish(OfBytes(key));

    private static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed ^ (ulong)bytes.Length;
#pragma warning disable RS0030 // Arithmetic over bytes in memory, whatever its namespace is called.
        if (bytes.Length >= LongBytes) return Mix(hash, XxHash3.HashToUInt64(bytes));
#pragma warning restore RS0030
        while (bytes.Length >= 8)
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var tail = 0UL;
        for (var i = 0; i < bytes.Length; i++) tail |= (ulong)bytes[i] << (8 * i);
        return Mix(hash, tail);
    }

    private static ulong Mix(ulong hash, ulong value) => BitOperations.RotateLeft((hash ^ value) * Prime, 31) + value;

    private static ulong Finish(ulong hash)
    {
        hash ^= hash >> 32;
        hash *= Prime;
        hash ^= hash >> 29;
        hash *= Prime;
        return hash ^ (hash >> 32);
    }
}
