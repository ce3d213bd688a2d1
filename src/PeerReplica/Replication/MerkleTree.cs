using System.Security.Cryptography;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// A binary hash tree over digests: one signature over its root covers every leaf. A node that has no sibling is its own sibling, so a
/// path has one hash for each level. Leaves and inner nodes are hashed with different prefixes, so neither passes for the other.
/// </summary>
internal sealed class MerkleTree
{
    public const int HashBytes = RecordProof.HashBytes;

    /// <summary>The most levels above the leaves: a path has one hash for each.</summary>
    public const int MaxDepth = RecordProof.MaxDepth;

    private readonly List<byte[]> _levels = [];

    /// <param name="leaves">The leaves' digests, one after the other; at least one, at most 2^<see cref="MaxDepth"/>.</param>
    public MerkleTree(ReadOnlySpan<byte> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfZero(leaves.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leaves.Length / HashBytes, 1 << MaxDepth);
        _levels.Add(leaves.ToArray());
        while (_levels[^1].Length > HashBytes)
        {
            var below = _levels[^1];
            var count = below.Length / HashBytes;
            var level = new byte[(count + 1) / 2 * HashBytes];
            for (var i = 0; i < count; i += 2) HashNode(At(below, i), At(below, Math.Min(i + 1, count - 1)), level.AsSpan(i / 2 * HashBytes));
            _levels.Add(level);
        }
    }

    public byte[] Root => _levels[^1];

    /// <summary>The siblings from a leaf to the root, one after the other.</summary>
    public byte[] PathOf(int index)
    {
        var path = new byte[(_levels.Count - 1) * HashBytes];
        for (var level = 0; level < _levels.Count - 1; level++, index /= 2)
        {
            var sibling = Math.Min(index ^ 1, (_levels[level].Length / HashBytes) - 1);
            At(_levels[level], sibling).CopyTo(path.AsSpan(level * HashBytes));
        }

        return path;
    }

    /// <summary>The root that a leaf's path leads to.</summary>
    /// <param name="leaf">The leaf's digest.</param>
    /// <param name="index">Its place among the leaves.</param>
    /// <param name="path">What <see cref="PathOf"/> gave, or claims to be that.</param>
    /// <param name="root">Takes the root.</param>
    public static void RootOf(ReadOnlySpan<byte> leaf, uint index, ReadOnlySpan<byte> path, Span<byte> root)
    {
        leaf.CopyTo(root);
        for (; !path.IsEmpty; path = path[HashBytes..], index /= 2)
        {
            if ((index & 1) == 0) HashNode(root[..HashBytes], path[..HashBytes], root);
            else HashNode(path[..HashBytes], root[..HashBytes], root);
        }
    }

    private static ReadOnlySpan<byte> At(byte[] level, int index) => level.AsSpan(index * HashBytes, HashBytes);

    private static void HashNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> input = stackalloc byte[1 + (2 * HashBytes)];
        input[0] = RecordDigest.InnerPrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashBytes)..]);
        SHA256.HashData(input, hash);
    }
}
