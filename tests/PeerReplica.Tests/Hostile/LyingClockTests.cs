using PeerReplica.Hosting;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Hostile;

/// <summary>A peer whose timestamps are as far ahead as others accept, and honest peers whose clocks differ a little.</summary>
public sealed class LyingClockTests
{
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Honest_peers_never_refuse_each_other_while_a_peer_lies_about_its_time_and_recover_once_it_is_gone()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        var (one, two) = (Map(cluster, 1), Map(cluster, 2));
        for (var i = 0; i < 40; i++)
        {
            Map(cluster, 0).Set("lie", $"{i}");
            cluster.RunFor(s_second / 4);
            one.Set("one", $"{i}");
            two.Set("two", $"{i}");
            cluster.RunFor(s_second / 4);
            Assert.Equal($"{i}", Value(cluster, 2, "one"));
            Assert.Equal($"{i}", Value(cluster, 1, "two"));
            Assert.InRange(Ahead(cluster, 1), TimeSpan.Zero, s_skew / 4);
            Assert.InRange(Ahead(cluster, 2), TimeSpan.Zero, s_skew / 4);
        }

        // The attack is one: changes of the liar do arrive, and are refused where a clock is a little behind.
        Assert.Equal("39", Value(cluster, 1, "lie"));
        Assert.NotEqual("39", Value(cluster, 2, "lie"));
        Assert.DoesNotContain(logs.AboveInformation, e => e.Message.Contains("'node-1'", StringComparison.Ordinal)
            && e.Message.Contains("MaxClockSkew", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.AboveInformation, e => e.Message.Contains("'node-2'", StringComparison.Ordinal)
            && e.Message.Contains("MaxClockSkew", StringComparison.Ordinal));

        cluster.Replicas[0].Crash();
        for (var i = 0; i < 30; i++)
        {
            one.Set("one", $"after {i}");
            two.Set("two", $"after {i}");
            cluster.RunFor(s_second / 2);
        }

        Assert.Equal(TimeSpan.Zero, Ahead(cluster, 1));
        Assert.Equal("after 29", Value(cluster, 2, "one"));
    }

    [Fact]
    public void What_is_left_of_a_lie_raises_no_clock_once_its_time_has_passed()
    {
        using var cluster = Cluster(new CapturedLogs());
        Map(cluster, 0).Set("lie", "x");
        cluster.RunFor(s_second);
        cluster.Replicas[0].Crash();
        for (var i = 0; i < 16; i++)
        {
            // Whoever starts anew gets the record with the full state, and writes at once.
            cluster.Replicas[2].Crash();
            cluster.Replicas[2].Start();
            cluster.Run(() => cluster.Replicas[2].Replica.WaitUntilSyncedAsync(), s_second * 10);
            Map(cluster, 2).Set("two", $"{i}");
            cluster.RunFor(s_second);
            Assert.Equal($"{i}", Value(cluster, 1, "two"));
            Assert.InRange(Ahead(cluster, 1), TimeSpan.Zero, s_skew / 4);
            cluster.RunFor(s_second * 5);
        }

        Assert.Equal(TimeSpan.Zero, Ahead(cluster, 1));
        Assert.Equal(TimeSpan.Zero, Ahead(cluster, 2));
        Assert.Equal("x", Value(cluster, 2, "lie"));
    }

    [Fact]
    public void A_write_over_a_timestamp_that_is_not_followed_wins_everywhere()
    {
        using var cluster = Cluster(new CapturedLogs());
        cluster.Replicas[2].ClockOffset = TimeSpan.Zero;
        cluster.Replicas[0].ClockOffset = s_skew - s_second;
        Map(cluster, 0).Set("k", "lie");
        Map(cluster, 0).Set("removed", "lie");
        cluster.RunFor(s_second);
        Assert.All([0, 1, 2], i => Assert.Equal("lie", Value(cluster, i, "k")));
        Assert.InRange(Ahead(cluster, 1), TimeSpan.FromSeconds(10), s_skew / 4);
        Map(cluster, 1).Set("k", "over it");
        Map(cluster, 1).Remove("removed");
        Assert.Equal("over it", Value(cluster, 1, "k"));
        cluster.RunUntilConverged();
        Assert.All([0, 1, 2], i => Assert.Equal("over it", Value(cluster, i, "k")));
        Assert.All([0, 1, 2], i => Assert.False(Map(cluster, i).ContainsKey("removed")));
    }

    [Theory]
    [InlineData(60_000, 15_000)]
    [InlineData(10_000, 2_500)]
    [InlineData(100, 25)]
    public void A_quarter_of_the_skew_is_followed(int skew, int followed)
    {
        var limit = new PeerClockLimit(TimeSpan.FromMilliseconds(skew));
        Assert.Equal(1_000_000 + followed, limit.Followed(limit.Observe(1_000_000, new(5))));
    }

    private static IReplicatedMap<string, string> Map(SimulatedCluster cluster, int index) =>
        cluster.On(index).GetMap<string, string>("m");

    private static string? Value(SimulatedCluster cluster, int index, string key) =>
        Map(cluster, index).TryGetValue(key, out var value) ? value : null;

    /// <summary>How far a replica's timestamps are ahead of its own wall clock.</summary>
    private static TimeSpan Ahead(SimulatedCluster cluster, int index)
    {
        var replica = cluster.Replicas[index];
        var wall = s_start + cluster.Now + replica.ClockOffset;
        var ahead = DateTimeOffset.FromUnixTimeMilliseconds(replica.Run!.Node.Host.Stamp().WallMilliseconds) - wall;
        return ahead < TimeSpan.FromMilliseconds(1) ? TimeSpan.Zero : ahead;
    }

    /// <summary>The first lies; the third is 20 s behind the second, which is right.</summary>
    private static SimulatedCluster Cluster(CapturedLogs logs)
    {
        var options = new SimulationOptions { Replicas = 3, Logging = logs, Configure = o => o.MaxClockSkew = s_skew };
        var cluster = new SimulatedCluster(options, b => b.AddMap<string, string>("m"));
        cluster.RunUntilMeshed();
        cluster.Replicas[0].ClockOffset = s_skew - s_second;
        cluster.Replicas[2].ClockOffset = -TimeSpan.FromSeconds(20);
        return cluster;
    }
}
