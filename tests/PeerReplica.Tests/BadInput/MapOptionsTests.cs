using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.BadInput;

/// <summary>What is said of a map's options that make no sense, where they are registered.</summary>
public sealed class MapOptionsTests
{
    [Fact]
    public void An_option_out_of_its_range_is_refused_and_named()
    {
        foreach (var ticks in new[] { 0, -2, long.MinValue })
        {
            Refused<ArgumentOutOfRangeException>(o => o.TimeToLive = TimeSpan.FromTicks(ticks), "TimeToLive");
            Refused<ArgumentOutOfRangeException>(o => o.SlidingExpiration = TimeSpan.FromTicks(ticks), "SlidingExpiration");
        }

        foreach (var limit in new[] { 0, -1, long.MinValue })
        {
            Refused<ArgumentOutOfRangeException>(o => o.MaxEntries = limit, "MaxEntries");
            Refused<ArgumentOutOfRangeException>(o => o.MaxBytes = limit, "MaxBytes");
        }

        Refused<ArgumentOutOfRangeException>(o => (o.MaxEntries, o.Eviction) = (1, (MapEviction)7), "Eviction");
    }

    [Fact]
    public void Eviction_without_a_limit_is_refused() => Refused<ArgumentException>(o => o.Eviction = MapEviction.LeastRecentlyUsed, "MaxEntries or MaxBytes");

    [Fact]
    public void The_least_and_the_greatest_values_are_taken()
    {
        using var cluster = Simulated.Cluster(1, b => b
            .AddMap<string, int>("least", o =>
            {
                (o.MaxEntries, o.MaxBytes, o.Eviction) = (1, 1, MapEviction.LeastRecentlyUsed);
                (o.TimeToLive, o.SlidingExpiration) = (TimeSpan.FromTicks(1), TimeSpan.FromTicks(1));
            })
            .AddMap<string, int>("greatest", o =>
            {
                (o.MaxEntries, o.MaxBytes, o.Eviction) = (long.MaxValue, long.MaxValue, MapEviction.LeastRecentlyUsed);
                (o.TimeToLive, o.SlidingExpiration) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
            })
            .AddMap<string, int>("without end", o => (o.TimeToLive, o.SlidingExpiration) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)));
        Assert.Throws<MapFullException>(() => cluster.On(0).GetMap<string, int>("least").Set("k", 1));
        cluster.On(0).GetMap<string, int>("greatest").Set("k", 1);
        cluster.On(0).GetMap<string, int>("without end").Set("k", 1);
        cluster.RunFor(TimeSpan.FromDays(1));
        Assert.Single(cluster.On(0).GetMap<string, int>("greatest"));
        Assert.Single(cluster.On(0).GetMap<string, int>("without end"));
    }

    private static void Refused<TException>(Action<MapOptions> configure, string named)
        where TException : ArgumentException
    {
        var e = Assert.Throws<TException>(() => Simulated.Cluster(1, b => b.AddMap<string, int>("cache", configure)));
        Assert.Contains("'cache'", e.Message, StringComparison.Ordinal);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }
}
