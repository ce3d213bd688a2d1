using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class TokenBucketTests
{
    private static readonly Instant s_start = new(1_000_000_000);

    [Theory]
    [InlineData(1_000, 4096)]
    [InlineData(1_000_000, 4096)]
    [InlineData(256L << 20, 256 << 10)]
    public void No_more_leaves_than_rate_and_burst_permit_and_one_frame(long rate, int frame)
    {
        var random = new Random(5);
        var bucket = new TokenBucket(rate, frame, s_start);
        var now = s_start;
        var sent = 0L;
        var burst = Math.Max(rate / 10.0, frame);
        var waited = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (bucket.HasTokens(now))
            {
                var bytes = random.Next(1, frame);
                bucket.Take(bytes, now);
                sent += bytes;
                var permitted = burst + ((now - s_start).TotalSeconds * rate) + frame;
                Assert.True(sent <= permitted * 1.000001, $"{sent} bytes sent, {permitted} permitted");
                continue;
            }

            waited++;
            var ready = bucket.ReadyAt(now);
            Assert.True(ready > now);
            now = random.Next(2) == 0 ? ready : now + TimeSpan.FromTicks(random.NextInt64((ready - now).Ticks + 1));
        }

        Assert.True(waited > 100);

        // And it does not starve: what the rate permits does leave.
        Assert.True(sent >= (now - s_start).TotalSeconds * rate * 0.99);
    }

    [Fact]
    public void Ready_is_neither_early_nor_late()
    {
        var bucket = new TokenBucket(1000, 500, s_start);
        bucket.Take(1500, s_start);
        var ready = bucket.ReadyAt(s_start);
        Assert.InRange((ready - s_start).TotalMilliseconds, 1000, 1000.001);
        Assert.False(bucket.HasTokens(s_start + TimeSpan.FromMilliseconds(999.9)));
        Assert.True(bucket.HasTokens(ready + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void Silence_saves_no_more_than_one_burst()
    {
        var bucket = new TokenBucket(1000, 500, s_start);
        var later = s_start + TimeSpan.FromHours(1);
        bucket.Take(500, later);
        Assert.False(bucket.HasTokens(later));
    }

    [Fact]
    public void Clock_that_stands_still_gives_nothing()
    {
        var bucket = new TokenBucket(1000, 500, s_start);
        bucket.Take(600, s_start);
        for (var i = 0; i < 100; i++) Assert.False(bucket.HasTokens(s_start));
        Assert.False(bucket.HasTokens(new Instant(s_start.Ticks - 1)));
    }

    [Fact]
    public void Bucket_with_tokens_is_ready_now_also_when_they_came_in_the_meantime()
    {
        var bucket = new TokenBucket(1000, 500, s_start);
        Assert.Equal(s_start, bucket.ReadyAt(s_start));
        bucket.Take(1500, s_start);
        var later = s_start + TimeSpan.FromSeconds(3);
        Assert.Equal(later, bucket.ReadyAt(later));
    }

    [Fact]
    public void Clock_that_steps_back_takes_nothing_away()
    {
        var bucket = new TokenBucket(1000, 500, s_start);
        bucket.Take(499, s_start);
        Assert.True(bucket.HasTokens(new Instant(s_start.Ticks - TimeSpan.TicksPerHour)));
        Assert.True(bucket.HasTokens(s_start));
    }
}
