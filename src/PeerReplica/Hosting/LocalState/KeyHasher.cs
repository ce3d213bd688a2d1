using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// Hashes the bytes of keys for a table in memory. Peers choose keys too: who does not know the seed cannot choose keys whose hashes collide. Multiplies and
/// folds 16 bytes at a time, as Wang Yi's wyhash does (2019).
/// </summary>
internal readonly struct KeyHasher(ulong seed)
{
    private readonly ulong _start = Fold(seed ^ 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93);
    private readonly ulong _mask = Fold(seed ^ 0xC2B2AE3D27D4EB4F, 0xA0761D6478BD642F);

    public uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = _start ^ ((ulong)bytes.Length * 0x9E3779B97F4A7C15);
        while (bytes.Length > 16)
        {
            hash = Fold(Read(bytes) ^ _mask, Read(bytes[8..]) ^ hash);
            bytes = bytes[16..];
        }

        var (first, last) = Rest(bytes);
        return (uint)((Fold(first ^ _mask, last ^ hash) * 0xD6E8FEB86659FD93) >> 32);
    }

    /// <summary>At most 16 bytes as two numbers, some of the bytes twice; which length they had is in the hash already.</summary>
    private static (ulong First, ulong Last) Rest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 8) return (Read(bytes), Read(bytes[^8..]));
        if (bytes.Length >= 4) return (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]));
        return bytes.IsEmpty ? default : (((ulong)bytes[0] << 16) | ((ulong)bytes[bytes.Length / 2] << 8) | bytes[^1], 0UL);
    }

    private static ulong Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>The product's upper half on its lower half.</summary>
    private static ulong Fold(ulong a, ulong b) => (Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _)) ^ (a * b);
}
