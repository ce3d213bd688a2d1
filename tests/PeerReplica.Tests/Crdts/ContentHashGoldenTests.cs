using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Tests.Crdts;

/// <summary>
/// The hashes travel: replicas of two releases that hash one record differently take their equal contents for
/// different, and repair without end.
/// The expected numbers are computed here from the published definition with wide integers.
/// </summary>
public sealed class ContentHashGoldenTests
{
    private static readonly UInt128 s_modulus = UInt128.One << 64;

    [Fact]
    public void Record_hash_follows_the_definition()
    {
        var random = new Random(6);
        for (var i = 0; i < 200; i++)
        {
            var identity = new ObjectIdentity(Text(random), (ObjectKind)random.Next(1, 16), Text(random));
            var (key, payload) = (Bytes(random), Bytes(random));
            var origin = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
            var sequence = (ulong)random.NextInt64();
            var expected =
                Mixed(Mixed(Mixed(Mixed(Mixed(OfObject(identity), OfBytes(key)), (ulong)origin), (ulong)(origin >> 64)), sequence), OfBytes(payload));
            Assert.Equal(OfObject(identity), ContentHash.OfObject(identity));
            Assert.Equal(
                Finished(expected), ContentHash.OfRecord(ContentHash.OfObject(identity), key, new ReplicaId(origin), sequence, payload));
            Assert.Equal(Finished(OfBytes(key)), ContentHash.OfKey(key));
        }
    }

    /// <summary>The numbers are those that the reference implementation prints (<c>xxhsum -H3</c>, xxHash 0.8).</summary>
    [Theory]
    [InlineData(64, 0x287e_b1fa_9e4b_e2c1)]
    [InlineData(240, 0x6455_6dc6_b462_a6cf)]
    [InlineData(241, 0x8bea_dd3a_8874_fe17)]
    [InlineData(1024, 0x9b81_661c_641c_72b1)]
    [InlineData(32768, 0x0485_0664_b9c2_473a)]
    public void From_64_bytes_on_a_key_or_payload_counts_by_its_XXH3(int length, ulong xxh3)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)(i * 7 + 3)).ToArray();
        var ofBytes = Mixed(Seed ^ (ulong)length, xxh3);
        Assert.Equal(Finished(ofBytes), ContentHash.OfKey(bytes));
        var expected = Finished(Mixed(Mixed(Mixed(Mixed(Mixed(1, OfBytes([9])), 2), 0), 3), ofBytes));
        Assert.Equal(expected, ContentHash.OfRecord(1, [9], new ReplicaId(2), 3, bytes));
    }

    [Fact]
    public void Vector_hash_is_the_sum_over_the_origins_that_have_changes()
    {
        var origins = new OriginTable(new ReplicaId(new UInt128(5, 6)));
        origins.IndexOf(new ReplicaId(new UInt128(7, 8)));
        origins.IndexOf(new ReplicaId(new UInt128(9, 10)));
        Assert.Equal(0UL, ContentHash.OfVector(new VersionVector(), origins));
        var expected = unchecked(OfPair(5, 6, 3) + OfPair(9, 10, 4));
        Assert.Equal(expected, ContentHash.OfVector(new VersionVector { [0] = 3, [1] = 0, [2] = 4 }, origins));
    }

    private static ulong OfPair(ulong high, ulong low, ulong sequence) =>
        Finished(Mixed(Mixed(Mixed(Seed, low), high), sequence));

    private static ulong Seed => 0x9E37_79B9_7F4A_7C15;

    private static ulong Times(ulong hash) => (ulong)((UInt128)hash * 0xD6E8_FEB8_6659_FD93 % s_modulus);

    private static ulong Mixed(ulong hash, ulong value)
    {
        var product = Times(hash ^ value);
        var rotated = (UInt128)(product >> 33) + ((UInt128)product << 31) % s_modulus;
        return (ulong)((rotated + value) % s_modulus);
    }

    private static ulong Finished(ulong hash)
    {
        hash = Times(hash ^ (hash >> 32));
        hash = Times(hash ^ (hash >> 29));
        return hash ^ (hash >> 32);
    }

    private static ulong OfBytes(byte[] bytes)
    {
        // Whole words of eight bytes, and then one word of what is left, which may be none.
        var hash = Seed ^ (ulong)bytes.Length;
        for (var word = 0; word <= bytes.Length / 8; word++)
        {
            var value = 0UL;
            foreach (var (i, b) in bytes.Skip(word * 8).Take(8).Index()) value += (ulong)b << (8 * i);
            hash = Mixed(hash, value);
        }

        return hash;
    }

    private static ulong OfObject(ObjectIdentity identity) =>
        $"{identity.Name}\u0001{identity.KeyEncoding}".Aggregate(Seed + (ulong)identity.Kind, (hash, c) => Mixed(hash, c));

    private static string Text(Random random) =>
        new([.. Enumerable.Range(0, random.Next(8)).Select(_ => (char)random.Next('a', 0x2FF))]);

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);
        return bytes;
    }
}
