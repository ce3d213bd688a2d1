using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.LocalState;

public class KeyHasherTests
{
    [Fact]
    public void Every_byte_at_every_length_is_in_the_hash()
    {
        var hasher = new KeyHasher(1);
        for (var length = 0; length < 70; length++)
        {
            var bytes = new byte[length];
            var hash = hasher.Hash(bytes);
            Assert.NotEqual(hash, hasher.Hash(new byte[length + 1]));
            for (var i = 0; i < length; i++)
            {
                bytes[i] = 1;
                Assert.NotEqual(hash, hasher.Hash(bytes));
                bytes[i] = 0;
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    public void Numbers_in_a_row_spread_over_all_ranges_as_evenly_as_chance_would_spread_them(int length)
    {
        const int Buckets = 1 << 12;
        var (hasher, counts) = (new KeyHasher(7), new int[Buckets]);
        for (var i = 0; i < Buckets * 8; i++)
        {
            var bytes = new byte[length];
            BitConverter.TryWriteBytes(bytes.AsSpan(length / 2 - 2), i);
            counts[hasher.Hash(bytes) / (uint)((1L << 32) / Buckets)]++;
        }

        // Chi squared with 4,095 degrees of freedom: 6 standard deviations over its mean. Less would be more even still.
        Assert.InRange(counts.Sum(c => (c - 8.0) * (c - 8.0) / 8), 0, 4_095 + (6 * 90.5));
    }

    [Fact]
    public void Keys_that_collide_under_one_seed_do_not_under_another()
    {
        var (first, second) = (new KeyHasher(1), new KeyHasher(2));
        var byHash = new Dictionary<uint, byte[]>();
        var (collisions, both) = (0, 0);
        for (var i = 0; i < 400_000; i++)
        {
            var key = BitConverter.GetBytes((ulong)i * 0x9E3779B97F4A7C15UL);
            if (byHash.TryAdd(first.Hash(key), key)) continue;
            collisions++;
            if (second.Hash(key) == second.Hash(byHash[first.Hash(key)])) both++;
        }

        Assert.InRange(collisions, 1, 100);
        Assert.Equal(0, both);
    }
}
