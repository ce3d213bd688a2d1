using System.Globalization;
using PeerReplica.Causality;
using PeerReplica.Hosting;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Hosting;

/// <summary>Which refusals are worth a warning.</summary>
public sealed class RefusalMemoryTests
{
    private readonly RefusalMemory _refusals = new();
    private Instant _now = new(TimeSpan.TicksPerDay);

    [Fact]
    public void Of_one_host_each_verdict_is_news_once_an_hour_whatever_its_port()
    {
        Assert.True(IsNews("10.0.0.1:1"));
        Assert.False(IsNews("10.0.0.1:2"));
        Assert.True(_refusals.IsNews("10.0.0.1:1", LinkVerdict.Denied, _now));
        _now += TimeSpan.FromMinutes(59);
        Assert.False(IsNews("10.0.0.1:3"));
        _now += TimeSpan.FromMinutes(2);
        Assert.True(IsNews("10.0.0.1:4"));
    }

    [Fact]
    public void Hosts_that_peers_make_up_are_news_256_times_an_hour()
    {
        Assert.Equal(256, NewsOf(0, 5_000));
        _now += TimeSpan.FromMinutes(30);
        Assert.Equal(0, NewsOf(5_000, 5_000));
        _now += TimeSpan.FromMinutes(31);
        Assert.Equal(256, NewsOf(10_000, 5_000));
    }

    private bool IsNews(string address) => _refusals.IsNews(address, LinkVerdict.NotAuthenticated, _now);

    private int NewsOf(int first, int count) =>
        Enumerable.Range(first, count).Count(i => IsNews(string.Create(CultureInfo.InvariantCulture, $"10.1.{i / 250}.{i % 250}:1")));
}
