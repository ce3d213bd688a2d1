using PeerReplica.Causality;
using PeerReplica.Hosting;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Hosting;

/// <summary>Wall clocks that are set back or forward by hours while replicas run.</summary>
public sealed class SteppedClockTests
{
    private static readonly TimeSpan s_hours = TimeSpan.FromHours(3);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(-3, false)]
    [InlineData(-3, true)]
    [InlineData(3, true)]
    public void Replication_and_times_to_live_go_on_when_clocks_are_stepped(int hours, bool isEverywhere)
    {
        using var cluster = Simulated.Cluster(3, b => b.AddMap<string, int>("m"), o => o.MaxClockSkew = TimeSpan.FromMinutes(1));
        var (a, b) = (cluster.On(0).GetMap<string, int>("m"), cluster.On(1).GetMap<string, int>("m"));
        a.Set("kept", 1);
        a.Set("expiring", 1, s_second * 30);
        cluster.RunUntilConverged();
        foreach (var replica in cluster.Replicas.Take(isEverywhere ? 3 : 1)) replica.ClockOffset = TimeSpan.FromHours(hours);
        for (var i = 0; i < 20; i++)
        {
            a.Set("a", i);
            b.Set("b", i);
            a.Set("both", i);
            cluster.RunFor(s_second);
            b.Set("both", -i);
            cluster.RunFor(s_second / 4);
            Assert.Equal(-i, a.Single(e => e.Key == "both").Value);
            Assert.Equal(i, b.Single(e => e.Key == "a").Value);
            Assert.True(b.ContainsKey("kept"));
            Assert.True(b.ContainsKey("expiring"));
            Assert.All(cluster.Replicas, r => Assert.Equal(2, r.Replica.Peers.Count(p => p.State == PeerState.Up)));
        }

        cluster.RunFor(s_second * 10);
        Assert.All(cluster.Replicas, r => Assert.False(r.Replica.GetMap<string, int>("m").ContainsKey("expiring")));
        cluster.RunUntilConverged();
    }

    [Fact]
    public void Clocks_that_ran_ahead_together_and_are_set_back_leave_the_cluster_whole()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddMap<string, int>("m"), o => o.MaxClockSkew = TimeSpan.FromMinutes(1));
        foreach (var replica in cluster.Replicas) replica.ClockOffset = s_hours;
        for (var i = 0; i < 3; i++) cluster.On(i).GetMap<string, int>("m").Set("k", i);
        cluster.RunFor(s_second * 5);
        foreach (var replica in cluster.Replicas) replica.ClockOffset = TimeSpan.Zero;
        for (var i = 0; i < 30; i++)
        {
            cluster.On(i % 3).GetMap<string, int>("m").Set("k", i);
            cluster.RunFor(s_second);
            Assert.All(cluster.Replicas, r => Assert.Equal(i, r.Replica.GetMap<string, int>("m").Single().Value));
        }
    }

    [Fact]
    public void A_write_after_the_clock_was_set_back_is_not_dated_before_what_the_same_replica_published()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("m"));
        cluster.On(0).GetMap<string, int>("m").Set("k", 1);
        cluster.RunFor(s_second);
        var host = cluster.Replicas[0].Run!.Node.Host;
        var before = host.Stamp();
        cluster.Replicas[0].ClockOffset = -s_hours;
        Assert.True(host.Stamp() >= new HybridTimestamp(before.WallMilliseconds - 1_000, 0), "it went back");
    }

    [Fact]
    public void The_limit_follows_the_wall_clock_forward_and_over_small_steps_and_not_back_over_large_ones()
    {
        var limit = new PeerClockLimit(TimeSpan.FromMinutes(1));
        var now = new Instant(5);
        Assert.Equal(1_060_000, limit.Observe(1_000_000, now));
        now += s_second;
        Assert.Equal(1_031_000, limit.Observe(971_000, now));
        Assert.Equal(9_060_000, limit.Observe(9_000_000, now));
        now += s_second;
        Assert.Equal(9_061_000, limit.Observe(2_000_000, now));
        now += s_second * 100;
        Assert.Equal(9_161_000, limit.Observe(2_100_000, now));
        Assert.Equal(9_141_500, limit.Observe(9_081_500, now));
    }
}
