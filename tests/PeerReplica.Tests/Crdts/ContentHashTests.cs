using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Tests.Laws;

namespace PeerReplica.Tests.Crdts;

public sealed class ContentHashTests
{
    private static readonly ObjectIdentity s_object = new("carts", ObjectKind.Map, "utf8");

    [Fact]
    public void Kept_up_hash_equals_the_recomputed_one() => Scripts.Check(script =>
    {
        // The audit sums the live records' hashes anew.
        foreach (var node in new StoreCluster(script, collects: true).Nodes) node.CheckInvariants();
    });

    [Fact]
    public void Every_part_of_a_record_counts()
    {
        var hashes = new HashSet<ulong>
        {
            Hash(s_object, [1], 1, 1, [1]),
            Hash(s_object with { Name = "cartz" }, [1], 1, 1, [1]),
            Hash(s_object with { Kind = ObjectKind.Set }, [1], 1, 1, [1]),
            Hash(s_object with { KeyEncoding = "i64" }, [1], 1, 1, [1]),
            Hash(s_object with { Name = "cart", KeyEncoding = "sutf8" }, [1], 1, 1, [1]),
            Hash(s_object, [2], 1, 1, [1]),
            Hash(s_object, [1], 2, 1, [1]),
            Hash(s_object, [1], UInt128.One << 64, 1, [1]),
            Hash(s_object, [1], 1, 2, [1]),
            Hash(s_object, [1], 1, 1, [2]),
            Hash(s_object, [1, 1], 1, 1, []),
            Hash(s_object, [], 1, 1, [1, 1]),
            Hash(s_object, [1, 0], 1, 1, [1]),
            Hash(s_object, [1], 1, 1, [1, 0]),
            Hash(s_object, [1], 1, 1, [1, 0, 0, 0, 0, 0, 0, 0]),
            Hash(s_object, [1], 1, 1, [1, 0, 0, 0, 0, 0, 0, 0, 0]),
        };
        Assert.Equal(16, hashes.Count);
    }

    [Fact]
    public void Every_byte_of_a_payload_counts()
    {
        var hashes = new HashSet<ulong>();
        for (var length = 0; length < 80; length++)
        {
            Assert.True(hashes.Add(Hash(s_object, [1], 1, 1, new byte[length])));
            for (var i = 0; i < length; i++)
            {
                var payload = new byte[length];
                payload[i] = 1;
                Assert.True(hashes.Add(Hash(s_object, [1], 1, 1, payload)), $"byte {i} of {length}");
            }
        }
    }

    [Fact]
    public void Vector_hash_depends_on_ids_and_not_on_local_indices()
    {
        var (one, other) = (new OriginTable(new ReplicaId(1)), new OriginTable(new ReplicaId(2)));
        one.IndexOf(new ReplicaId(2));
        other.IndexOf(new ReplicaId(3));
        other.IndexOf(new ReplicaId(1));
        var a = new VersionVector { [0] = 5, [1] = 9 };
        var b = new VersionVector { [2] = 5, [0] = 9 };
        Assert.Equal(ContentHash.OfVector(a, one), ContentHash.OfVector(b, other));
        b[2] = 6;
        Assert.NotEqual(ContentHash.OfVector(a, one), ContentHash.OfVector(b, other));
        b[2] = 9;
        b[0] = 5;
        Assert.NotEqual(ContentHash.OfVector(a, one), ContentHash.OfVector(b, other));
    }

    private static ulong Hash(ObjectIdentity identity, byte[] key, UInt128 origin, ulong sequence, byte[] payload) =>
        ContentHash.OfRecord(ContentHash.OfObject(identity), key, new ReplicaId(origin), sequence, payload);
}
