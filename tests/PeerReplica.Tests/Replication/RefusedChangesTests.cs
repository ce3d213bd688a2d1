using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Replication;

/// <summary>Changes that a replica refuses for their time or their size: everything else goes on.</summary>
public sealed class RefusedChangesTests
{
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_clock_that_is_ahead_stops_neither_the_links_nor_any_other_origin()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(3, logs);
        cluster.Replicas[0].ClockOffset = s_skew * 3;
        Map(cluster, 0).Set("ahead", "x");
        Map(cluster, 1).Set("one", "1");
        Map(cluster, 2).Set("two", "2");
        var dials = cluster.Network.Dials;
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(dials, cluster.Network.Dials);
        Assert.All(cluster.Replicas, r => Assert.Equal(2, r.Replica.Peers.Count(p => p.State == PeerState.Up)));
        Assert.Equal(["ahead", "one", "two"], Map(cluster, 0).Select(e => e.Key).Order());
        Assert.Equal(["one", "two"], Map(cluster, 1).Select(e => e.Key).Order());
        Assert.Contains(logs.AboveInformation, e => e.Message.Contains("'node-0'", StringComparison.Ordinal) && e.Message.Contains("Check both clocks", StringComparison.Ordinal));
        cluster.RunFor(TimeSpan.FromSeconds(120));
        cluster.RunUntilConverged();
        Assert.Equal(3, Map(cluster, 1).Count);
    }

    [Fact]
    public void A_value_over_the_limit_stops_neither_the_links_nor_any_other_origin()
    {
        using var logs = new CapturedLogs();
        var number = 0;
        using var cluster = Cluster(3, logs, o => o.MaxValueBytes = number++ == 1 ? 64 : 1 << 20);
        Map(cluster, 0).Set("large", new string('x', 1000));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Map(cluster, 0).Set("small", "x");
        Map(cluster, 1).Set("one", "1");
        Map(cluster, 2).Set("two", "2");
        var dials = cluster.Network.Dials;
        var bytes = cluster.Network.BytesDelivered;
        cluster.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal(dials, cluster.Network.Dials);
        Assert.Equal(["large", "one", "small", "two"], Map(cluster, 2).Select(e => e.Key).Order());
        Assert.Equal(["one", "two"], Map(cluster, 1).Select(e => e.Key).Order());
        Assert.All(cluster.Replicas, r => Assert.Equal(2, r.Replica.Peers.Count(p => p.State == PeerState.Up)));
        Assert.Contains(logs.AboveInformation, e => e.Message.Contains("'node-0'", StringComparison.Ordinal) && e.Message.Contains("limit", StringComparison.Ordinal));

        // Six heartbeats of about 50 bytes in 200 ms are 0.9 MB in 10 minutes; the value is offered again once in a minute and link.
        Assert.InRange(cluster.Network.BytesDelivered - bytes, 0, 2_000_000);
    }

    [Fact]
    public void A_newcomer_that_refuses_one_origin_gets_the_others_and_is_synchronized()
    {
        var number = 0;
        using var cluster = Cluster(2, new CapturedLogs(), o => o.MaxValueBytes = number++ == 2 ? 64 : 1 << 20);
        Map(cluster, 0).Set("large", new string('x', 1000));
        Map(cluster, 1).Set("one", "1");
        cluster.RunUntilConverged();
        var newcomer = cluster.Add();
        cluster.Run(() => newcomer.Replica.WaitUntilSyncedAsync(), TimeSpan.FromSeconds(10));
        Assert.Equal(["one"], newcomer.Replica.GetMap<string, string>("m").Select(e => e.Key));
        newcomer.Replica.GetMap<string, string>("m").Set("new", "2");
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(Map(cluster, 0).ContainsKey("new"));
    }

    [Fact]
    public void What_was_refused_is_taken_from_the_full_state_too_once_its_time_has_come()
    {
        using var cluster = Cluster(2, new CapturedLogs());
        cluster.Replicas[0].ClockOffset = s_skew * 3;
        Map(cluster, 0).Set("ahead", "x");
        Map(cluster, 0).Set("removed", "x");
        cluster.RunFor(TimeSpan.FromMilliseconds(50));
        Map(cluster, 0).Remove("removed");
        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromMilliseconds(50));
        cluster.Replicas[1].Start();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(Map(cluster, 1));
        cluster.RunFor(TimeSpan.FromSeconds(120));
        cluster.RunUntilConverged();
        Assert.Equal(["ahead"], Map(cluster, 1).Select(e => e.Key));
    }

    private static IReplicatedMap<string, string> Map(SimulatedCluster cluster, int index) => cluster.On(index).GetMap<string, string>("m");

    private static SimulatedCluster Cluster(int replicas, CapturedLogs logs, Action<PeerReplicaOptions>? configure = null)
    {
        var options = new SimulationOptions
        {
            Replicas = replicas,
            Logging = logs,
            Configure = o =>
            {
                o.MaxClockSkew = s_skew;
                configure?.Invoke(o);
            },
        };
        var cluster = new SimulatedCluster(options, b => b.AddMap<string, string>("m"));
        cluster.RunUntilMeshed();
        return cluster;
    }
}
