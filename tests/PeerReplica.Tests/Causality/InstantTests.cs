using PeerReplica.Causality;

namespace PeerReplica.Tests.Causality;

public sealed class InstantTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(long.MinValue, long.MaxValue)]
    public void Order_is_by_ticks(long ticksA, long ticksB)
    {
        var (a, b) = (new Instant(ticksA), new Instant(ticksB));
        var expected = ticksA.CompareTo(ticksB);
        Assert.Equal(expected, Math.Sign(a.CompareTo(b)));
        Assert.Equal(expected < 0, a < b);
        Assert.Equal(expected > 0, a > b);
        Assert.Equal(expected <= 0, a <= b);
        Assert.Equal(expected >= 0, a >= b);
        Assert.Equal(expected <= 0 ? a : b, Instant.Min(a, b));
        Assert.Equal(expected >= 0 ? a : b, Instant.Max(a, b));
    }

    [Fact]
    public void Difference_added_to_the_earlier_instant_is_the_later_one()
    {
        var (earlier, later) = (new Instant(700), new Instant(1_900));
        Assert.Equal(TimeSpan.FromTicks(1_200), later - earlier);
        Assert.Equal(later, earlier + (later - earlier));
        Assert.Equal(earlier, later + (earlier - later));
    }

    [Fact]
    public void Addition_beyond_the_last_instant_saturates_at_never()
    {
        var last = new Instant(long.MaxValue - 10);
        Assert.Equal(new Instant(long.MaxValue - 1), last + TimeSpan.FromTicks(9));
        Assert.Equal(Instant.Never, last + TimeSpan.FromTicks(10));
        Assert.Equal(Instant.Never, last + TimeSpan.FromTicks(11));
        Assert.Equal(Instant.Never, last + TimeSpan.MaxValue);
        Assert.Equal(Instant.Never, Instant.Never + TimeSpan.FromTicks(1));
    }

    [Fact]
    public void Never_is_after_every_other_instant() => Assert.True(Instant.Never > new Instant(long.MaxValue - 1));
}
