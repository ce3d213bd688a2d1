using System.Security.Cryptography;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class MerkleTreeTests
{
    public static TheoryData<int> Counts => [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Every_leaf_leads_to_the_root_by_its_path(int count)
    {
        var leaves = Leaves(count);
        var tree = new MerkleTree(leaves);
        for (var i = 0; i < count; i++) Assert.Equal(tree.Root, RootOf(Leaf(leaves, i), i, tree.PathOf(i)));
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void No_other_leaf_place_or_path_does(int count)
    {
        var leaves = Leaves(count);
        var tree = new MerkleTree(leaves);
        for (var i = 0; i < count; i++)
        {
            var path = tree.PathOf(i);
            Assert.NotEqual(tree.Root, RootOf(SHA256.HashData([9]), i, path));
            for (var at = 0; at < path.Length; at += 7)
            {
                var altered = path.ToArray();
                altered[at] ^= 1;
                Assert.NotEqual(tree.Root, RootOf(Leaf(leaves, i), i, altered));
            }

            // Where a node is its own sibling both places are one.
            if (i + 1 < count) Assert.NotEqual(tree.Root, RootOf(Leaf(leaves, i), i ^ 1, path));
        }
    }

    [Fact]
    public void An_inner_node_passes_for_no_leaf()
    {
        var leaves = Leaves(4);
        var tree = new MerkleTree(leaves);
        var left = new MerkleTree(leaves.AsSpan(0, 2 * MerkleTree.HashBytes)).Root;

        // The content of an inner node, hashed as a leaf would be, is not the node.
        byte[] asLeaf = [RecordDigest.LeafPrefix, .. leaves.AsSpan(0, 2 * MerkleTree.HashBytes)];
        byte[] asInner = [RecordDigest.InnerPrefix, .. leaves.AsSpan(0, 2 * MerkleTree.HashBytes)];
        Assert.Equal(left, SHA256.HashData(asInner));
        var path = tree.PathOf(0).AsSpan(MerkleTree.HashBytes).ToArray();
        Assert.Equal(tree.Root, RootOf(left, 0, path));
        Assert.NotEqual(tree.Root, RootOf(SHA256.HashData(asLeaf), 0, path));
    }

    [Fact]
    public void There_are_at_least_one_leaf_and_at_most_a_million() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MerkleTree([]));

    private static byte[] Leaves(int count) => [.. Enumerable.Range(0, count).SelectMany(i => SHA256.HashData(BitConverter.GetBytes(i)))];

    private static ReadOnlySpan<byte> Leaf(byte[] leaves, int index) => leaves.AsSpan(index * MerkleTree.HashBytes, MerkleTree.HashBytes);

    private static byte[] RootOf(ReadOnlySpan<byte> leaf, int index, byte[] path)
    {
        var root = new byte[MerkleTree.HashBytes];
        MerkleTree.RootOf(leaf, (uint)index, path, root);
        return root;
    }
}
