using PeerReplica.Hosting;
using PeerReplica.Replication;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>A replica that was cut off for so long that the others have forgotten it, and comes back.</summary>
public sealed class ForgottenReplicaTests
{
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromSeconds(3);

    [Fact]
    public void It_gets_the_full_state_and_keeps_its_own_changes_and_nothing_that_was_removed_comes_back()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.ForgetAfter = s_forgetAfter },
            o => o.AddMap<string, int>("m").AddCounter("c"));
        var (a, b, lost) = (cluster.Replicas[0], cluster.Replicas[1], cluster.Replicas[2]);
        for (var i = 0; i < 20; i++) a.Replica.GetMap<string, int>("m").Set($"old-{i}", i);
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(1));

        cluster.Network.Cut(a, lost);
        cluster.Network.Cut(b, lost);
        for (var i = 0; i < 10; i++) b.Replica.GetMap<string, int>("m").Remove($"old-{i}");
        lost.Replica.GetMap<string, int>("m").Set("mine", 1);
        lost.Replica.GetMap<string, int>("m").Set("old-0", 100);
        lost.Replica.GetCounter("c").Add(7);
        cluster.RunFor(s_forgetAfter + TimeSpan.FromSeconds(5));
        Assert.Equal(0, StoreOf(a).Tombstones);
        Assert.DoesNotContain(a.Replica.Peers, p => p.NodeName == lost.NodeName);

        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        foreach (var replica in cluster.Replicas)
        {
            var map = replica.Replica.GetMap<string, int>("m");
            Assert.Equal(1, map.Single(p => p.Key == "mine").Value);
            Assert.Equal(7, replica.Replica.GetCounter("c").Value);
            Assert.Equal(100, map.Single(p => p.Key == "old-0").Value);
            Assert.Equal(["mine", "old-0", .. Enumerable.Range(10, 10).Select(i => $"old-{i}")], map.Select(p => p.Key).Order(StringComparer.Ordinal));
        }

        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.Peers.Count(p => p.State == PeerState.Up) == 2), TimeSpan.FromSeconds(30));
        Assert.True(((PeerReplicaNode)lost.Replica).Host.Core.Counters.FullStates > 0, "no full state was applied");
    }

    [Fact]
    public void One_that_was_away_for_less_gets_only_what_it_missed()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions(), o => o.AddMap<int, string>("m"));
        var (a, away) = (cluster.Replicas[0], cluster.Replicas[2]);
        for (var i = 0; i < 2000; i++) a.Replica.GetMap<int, string>("m").Set(i, new string('x', 50));
        cluster.RunUntilConverged();
        cluster.Network.Cut(a, away);
        cluster.Network.Cut(cluster.Replicas[1], away);
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 20; i++) a.Replica.GetMap<int, string>("m").Set(i, $"{round}");
            cluster.RunFor(TimeSpan.FromMilliseconds(100));
        }

        var before = cluster.Network.BytesDelivered;
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        Assert.Equal(0, ((PeerReplicaNode)away.Replica).Host.Core.Counters.FullStates);

        // 20 entries were changed, 1,000 times; the 2,000 would be over 100,000 bytes.
        Assert.InRange(cluster.Network.BytesDelivered - before, 1, 20_000);
    }

    private static Store StoreOf(SimulatedReplica replica) => ((PeerReplicaNode)replica.Replica).Host.Core.Store;
}
