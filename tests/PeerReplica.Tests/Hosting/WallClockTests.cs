using Microsoft.Extensions.Time.Testing;
using PeerReplica.Hosting;

namespace PeerReplica.Tests.Hosting;

public class WallClockTests
{
    [Fact]
    public void Roughly_it_is_no_later_than_it_is_and_no_earlier_than_when_it_was_asked_first()
    {
        var clock = new WallClock(TimeProvider.System);
        var before = clock.Milliseconds;
        for (var i = 0; i < 10_000; i++) Assert.InRange(clock.RoughMilliseconds, before, clock.Milliseconds);
    }

    [Fact]
    public void With_a_clock_of_the_apps_own_it_is_what_that_says()
    {
        var time = new FakeTimeProvider();
        var clock = new WallClock(time);
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), clock.RoughMilliseconds);
        }
    }
}
