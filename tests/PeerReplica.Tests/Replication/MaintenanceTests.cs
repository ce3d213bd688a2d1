using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Replication;

/// <summary>What a replica does for its own memory, with and without links, and after its machine stood still.</summary>
public sealed class MaintenanceTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_replica_that_never_had_a_link_collects_removals_and_expired_entries()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1, KeepsHistory = false }, b => b.AddMap<int, int>("m").AddSet<int>("s"));
        var (map, set) = (cluster.On(0).GetMap<int, int>("m"), cluster.On(0).GetSet<int>("s"));
        cluster.RunFor(s_second);
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 10_000; i++) map.Set(i, i);
            for (var i = 0; i < 1_000; i++) map.Set(-i - 1, i, s_second);
            for (var i = 0; i < 1_000; i++) set.Add(i);
            cluster.RunFor(s_second);
            for (var i = 0; i < 10_000; i++) map.Remove(i);
            set.Clear();
        }

        cluster.RunFor(s_second * 5);
        Assert.Equal(0, StoreOf(cluster, 0).Tombstones);
        Assert.Equal(0, StoreOf(cluster, 0).CollectionQueueLength);
    }

    [Fact]
    public void A_replica_that_lost_its_last_link_collects_once_the_others_are_forgotten()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<int, int>("m"), o => o.ForgetAfter = s_second * 3);
        var map = cluster.On(0).GetMap<int, int>("m");
        for (var i = 0; i < 1_000; i++) map.Set(i, i);
        cluster.RunUntilConverged();
        cluster.Replicas[1].Crash();
        for (var i = 0; i < 1_000; i++) map.Remove(i);
        cluster.RunFor(s_second * 2);
        Assert.Equal(1_000, StoreOf(cluster, 0).Tombstones);
        cluster.RunFor(s_second * 8);
        Assert.Equal(0, StoreOf(cluster, 0).Tombstones);
    }

    [Fact]
    public void A_replica_that_lost_its_link_does_not_collect_what_the_other_has_not_seen()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<int, int>("m"), o => o.ForgetAfter = s_second * 60);
        var map = cluster.On(0).GetMap<int, int>("m");
        map.Set(1, 1);
        cluster.RunUntilConverged();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        map.Remove(1);
        cluster.RunFor(s_second * 20);
        Assert.Equal(1, StoreOf(cluster, 0).Tombstones);
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        cluster.RunFor(s_second * 2);
        Assert.Empty(cluster.On(1).GetMap<int, int>("m"));
        Assert.All([0, 1], i => Assert.Equal(0, StoreOf(cluster, i).Tombstones));
    }

    [Fact]
    public void A_replica_without_links_and_with_nothing_it_could_collect_does_not_wake_to_look()
    {
        var pair = new CorePair(o => o with { ForgetAfter = TimeSpan.FromHours(10), PeerTimeout = TimeSpan.FromHours(1) });
        pair.Write(0, 1, 1);
        pair.Run(s_second * 3);
        pair.LoseLink();
        pair.Write(0, 1, null);
        pair.Run(s_second * 600);
        Assert.Equal(1, pair[0].Store.Tombstones);
        Assert.True(pair.Run(s_second * 600) < 120, "more than the attempts to dial");
    }

    [Fact]
    public void Nobody_is_forgotten_and_no_link_is_closed_for_the_hour_in_which_this_machine_stood_still()
    {
        var pair = new CorePair(o => o with { ForgetAfter = TimeSpan.FromMinutes(30) });
        pair.Run(s_second * 5);
        pair.StandStill(TimeSpan.FromHours(1));
        pair.Pump(0);
        Assert.True(pair.LinkOf(0).IsOpen);
        Assert.Equal(2, pair[0].Members.Count() + 1);
        pair.LoseLink();
        pair.Run(s_second * 5);
        Assert.Equal([2, 2], [pair[0].Members.Count() + 1, pair[1].Members.Count() + 1]);
    }

    [Fact]
    public void A_link_that_is_found_closed_after_an_hour_of_standstill_forgets_nobody_but_an_hour_of_silence_does()
    {
        var pair = new CorePair(o => o with { ForgetAfter = TimeSpan.FromMinutes(30) });
        pair.Run(s_second * 5);
        pair.StandStill(TimeSpan.FromHours(1));
        pair.LoseLink();
        Assert.Equal([2, 2], [pair[0].Members.Count() + 1, pair[1].Members.Count() + 1]);
        pair.Run(TimeSpan.FromHours(1));
        Assert.Equal([1, 1], [pair[0].Members.Count() + 1, pair[1].Members.Count() + 1]);
    }

    private static Store StoreOf(SimulatedCluster cluster, int index) => cluster.Replicas[index].Run!.Node.Host.Core.Store;
}
