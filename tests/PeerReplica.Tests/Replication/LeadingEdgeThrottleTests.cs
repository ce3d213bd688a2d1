using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class LeadingEdgeThrottleTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void First_event_is_let_through_at_once_whatever_the_clock_says()
    {
        Assert.True(new LeadingEdgeThrottle(s_interval).IsReady(new Instant(0)));
        Assert.True(new LeadingEdgeThrottle(s_interval).IsReady(new Instant(long.MinValue)));
    }

    [Fact]
    public void Events_that_happen_when_ready_are_at_least_an_interval_apart()
    {
        var random = new Random(6);
        var edge = new LeadingEdgeThrottle(s_interval);
        var now = new Instant(0);
        Instant? last = null;
        var happened = 0;
        for (var step = 0; step < 10_000; step++)
        {
            now += TimeSpan.FromTicks(random.NextInt64(s_interval.Ticks / 3));
            var expected = last is null || now - last.Value >= s_interval;
            Assert.Equal(expected, edge.IsReady(now));
            Assert.Equal(expected, now >= edge.ReadyAt);
            if (!expected) continue;
            edge.Happened(now);
            Assert.Equal(now + s_interval, edge.ReadyAt);
            last = now;
            happened++;
        }

        Assert.InRange(happened, 1000, 5000);
    }
}
