using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

public sealed class RoundTripMeterTests
{
    private static readonly Instant s_start = new(TimeSpan.TicksPerDay);
    private readonly RoundTripMeter _meter = new();

    [Fact]
    public void Round_trip_is_the_time_since_the_ping_less_the_time_it_was_held()
    {
        var ping = _meter.NextPing(s_start);
        _meter.Received(new PingEcho(ping, 700_000), s_start + TimeSpan.FromMilliseconds(701.5));
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), _meter.Latest);
    }

    [Fact]
    public void Two_meters_measure_the_way_there_and_back_whatever_each_holds()
    {
        var there = new RoundTripMeter();
        var now = s_start;
        for (var round = 1; round <= 20; round++)
        {
            var (out1, back) = (TimeSpan.FromMicroseconds(30 * round), TimeSpan.FromMicroseconds(50));
            var (ping, echo) = (_meter.NextPing(now), _meter.TakeEcho(now));
            now += out1;
            there.Received(echo, now);
            there.Received(ping, now);
            if (round > 1) Assert.Equal(TimeSpan.FromMicroseconds(50) + out1, there.Latest);
            now += TimeSpan.FromMilliseconds(13 * round);
            (ping, echo) = (there.NextPing(now), there.TakeEcho(now));
            now += back;
            _meter.Received(echo, now);
            _meter.Received(ping, now);
            Assert.Equal(out1 + back, _meter.Latest);
            now += TimeSpan.FromMilliseconds(900);
        }
    }

    [Fact]
    public void The_last_ping_is_echoed_and_only_once()
    {
        Assert.Equal(default, _meter.TakeEcho(s_start));
        _meter.Received(5, s_start);
        _meter.Received(6, s_start + TimeSpan.FromMilliseconds(10));
        Assert.Equal(new PingEcho(6, 2_000), _meter.TakeEcho(s_start + TimeSpan.FromMilliseconds(12)));
        Assert.Equal(default, _meter.TakeEcho(s_start + TimeSpan.FromMilliseconds(13)));
    }

    [Fact]
    public void An_echo_counts_once()
    {
        var ping = _meter.NextPing(s_start);
        _meter.Received(new PingEcho(ping, 0), s_start + TimeSpan.FromMilliseconds(2));
        _meter.Received(new PingEcho(ping, 0), s_start + TimeSpan.FromMilliseconds(900));
        Assert.Equal(TimeSpan.FromMilliseconds(2), _meter.Latest);
    }

    [Fact]
    public void A_way_longer_than_the_interval_is_measured()
    {
        var first = _meter.NextPing(s_start);
        _meter.NextPing(s_start + TimeSpan.FromSeconds(1));
        _meter.NextPing(s_start + TimeSpan.FromSeconds(2));
        _meter.Received(new PingEcho(first, 500_000), s_start + TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(2.5), _meter.Latest);
    }

    /// <summary>Pings 1 to 6 were sent, at seconds 0 to 5; it is second 6.</summary>
    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(7UL, 0UL)]
    [InlineData(ulong.MaxValue, 0UL)]
    [InlineData(2UL, 0UL)]
    [InlineData(1UL, 0UL)]
    [InlineData(6UL, 1_000_001UL)]
    [InlineData(6UL, (ulong)long.MaxValue)]
    [InlineData(6UL, 1UL + long.MaxValue)]
    [InlineData(6UL, ulong.MaxValue)]
    [InlineData(5UL, (ulong.MaxValue / 10) + 1)]
    public void An_echo_that_cannot_be_true_measures_nothing(ulong ping, ulong held)
    {
        for (var second = 0; second < 6; second++) _meter.NextPing(s_start + TimeSpan.FromSeconds(second));
        _meter.Received(new PingEcho(ping, held), s_start + TimeSpan.FromSeconds(6));
        Assert.Null(_meter.Latest);

        // It does not spoil what comes after it.
        _meter.Received(new PingEcho(6, 1_000_000), s_start + TimeSpan.FromSeconds(6));
        Assert.Equal(TimeSpan.Zero, _meter.Latest);
    }

    [Fact]
    public void An_echo_before_any_ping_measures_nothing()
    {
        for (var ping = 0UL; ping < 10; ping++) _meter.Received(new PingEcho(ping, 0), s_start);
        Assert.Null(_meter.Latest);
    }
}
