using PeerReplica.Testing;

namespace PeerReplica.Tests.Hosting;

/// <summary>When a change leaves: at once after silence, else with the next broadcast, and not a moment later.</summary>
public sealed class ThrottleTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(5);

    /// <summary>The network's longest way, and a millisecond, which timers count in.</summary>
    private static readonly TimeSpan s_hop = FaultOptions.None.MaxDelay + TimeSpan.FromMilliseconds(1);

    [Fact]
    public void The_first_change_after_silence_leaves_at_once()
    {
        using var cluster = Quiet();
        cluster.Replicas[0].Replica.GetCounter("c").Add(1);
        cluster.RunFor(FaultOptions.None.MaxDelay);
        Assert.Equal(1, cluster.Replicas[1].Replica.GetCounter("c").Value);
    }

    [Fact]
    public void A_change_right_after_another_waits_for_the_interval_and_no_longer()
    {
        using var cluster = Quiet();
        var (here, there) = (cluster.Replicas[0].Replica.GetCounter("c"), cluster.Replicas[1].Replica.GetCounter("c"));
        for (var round = 0; round < 20; round++)
        {
            cluster.RunFor(TimeSpan.FromMilliseconds(50));
            var before = there.Value;
            here.Add(1);
            cluster.RunFor(TimeSpan.FromMilliseconds(2));
            here.Add(1);
            cluster.RunFor(FaultOptions.None.MaxDelay);
            Assert.Equal(before + 1, there.Value);
            cluster.RunFor(s_interval - TimeSpan.FromMilliseconds(2) + s_hop);
            Assert.Equal(before + 2, there.Value);
        }
    }

    [Fact]
    public void A_change_that_somebody_waits_for_does_not_wait_for_the_interval()
    {
        using var cluster = Quiet();
        var map = cluster.Replicas[0].Replica.GetMap<int, int>("m");
        map.Set(1, 1);
        cluster.RunFor(TimeSpan.FromMilliseconds(0.5));
        cluster.Run(() => map.SetAsync(2, 2, WriteConcern.All), within: FaultOptions.None.MaxDelay * 2);
    }

    [Fact]
    public void Many_writes_to_one_key_cost_one_frame_in_each_interval()
    {
        using var cluster = Quiet();
        var map = cluster.Replicas[0].Replica.GetMap<int, int>("m");
        var before = cluster.Network.FramesDelivered;
        for (var i = 0; i < 1000; i++)
        {
            map.Set(1, i);
            cluster.RunFor(TimeSpan.FromTicks(1000));
        }

        cluster.RunFor(TimeSpan.FromMilliseconds(20));

        // 100 ms of writing: 20 broadcasts to each of two peers, their acknowledgements, and heartbeats.
        Assert.InRange(cluster.Network.FramesDelivered - before, 40, 140);
        Assert.Equal(999, cluster.Replicas[2].Replica.GetMap<int, int>("m").First().Value);
    }

    private static SimulatedCluster Quiet()
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.BroadcastInterval = s_interval },
            objects => objects.AddCounter("c").AddMap<int, int>("m"));
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        return cluster;
    }
}
