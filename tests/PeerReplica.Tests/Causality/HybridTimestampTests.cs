using PeerReplica.Causality;

namespace PeerReplica.Tests.Causality;

public sealed class HybridTimestampTests
{
    [Fact]
    public void It_says_itself_in_milliseconds_and_counter() => Assert.Equal("1700000000000+7", new HybridTimestamp(1_700_000_000_000, 7).ToString());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 65_535)]
    [InlineData(1_700_000_000_000, 1)]
    [InlineData((1L << 48) - 1, 65_535)]
    public void Parts_come_back(long wall, int counter)
    {
        var stamp = new HybridTimestamp(wall, (ushort)counter);
        Assert.Equal(wall, stamp.WallMilliseconds);
        Assert.Equal(counter, stamp.Counter);
    }

    [Fact]
    public void Order_is_by_wall_time_and_then_by_counter()
    {
        var random = new Random(2);
        for (var i = 0; i < 10_000; i++)
        {
            var (wallA, wallB) = (random.NextInt64(3), random.NextInt64(3));
            var (counterA, counterB) = (random.Next(3), random.Next(3));
            var a = new HybridTimestamp(wallA, (ushort)counterA);
            var b = new HybridTimestamp(wallB, (ushort)counterB);
            var expected = (wallA, counterA).CompareTo((wallB, counterB));
            Assert.Equal(expected, Math.Sign(a.CompareTo(b)));
            Assert.Equal(expected < 0, a < b);
            Assert.Equal(expected > 0, a > b);
            Assert.Equal(expected <= 0, a <= b);
            Assert.Equal(expected >= 0, a >= b);
            Assert.Equal(expected == 0, a == b);
            Assert.Equal(expected >= 0 ? a : b, HybridTimestamp.Max(a, b));
        }
    }

    [Fact]
    public void Next_is_the_least_greater_stamp_and_carries_into_the_wall_time()
    {
        Assert.Equal(new HybridTimestamp(5, 8), new HybridTimestamp(5, 7).Next);
        Assert.Equal(new HybridTimestamp(6, 0), new HybridTimestamp(5, ushort.MaxValue).Next);
        Assert.Equal(new HybridTimestamp(0, 1), HybridTimestamp.Zero.Next);
    }
}
