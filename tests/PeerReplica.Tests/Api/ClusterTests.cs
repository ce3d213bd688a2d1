using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>What a replica tells of itself and its cluster.</summary>
public sealed class ClusterTests
{
    [Fact]
    public void A_lone_replica_without_seeds_is_synced_at_once()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1 }, b => b.AddCounter("sold"));
        cluster.Run(() => cluster.On(0).WaitUntilSyncedAsync(), TimeSpan.FromMilliseconds(10));
        Assert.Empty(cluster.On(0).Peers);
        Assert.Equal(ReplicaState.Running, cluster.On(0).State);
        Assert.Null(cluster.On(0).Fault);
    }

    [Fact]
    public void A_replica_that_joins_is_synced_when_it_holds_what_the_others_held()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddMap<int, string>("map"));
        for (var i = 0; i < 3000; i++) cluster.On(i % 3).GetMap<int, string>("map").Set(i, new string('x', 100));
        cluster.RunUntilConverged();
        cluster.Add();
        Assert.Empty(cluster.On(3).GetMap<int, string>("map"));
        cluster.Run(() => cluster.On(3).WaitUntilSyncedAsync(), TimeSpan.FromSeconds(10));
        Assert.Equal(3000, cluster.On(3).GetMap<int, string>("map").Count);
    }

    [Fact]
    public void A_seed_that_never_answers_is_waited_for_no_longer_than_the_option_says()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 1, Configure = o => o.Seeds.Add("other:7400") }, b => b.AddCounter("sold"));
        var synced = cluster.Begin(() => cluster.On(0).WaitUntilSyncedAsync());
        cluster.On(0).GetCounter("sold").Add(3);
        cluster.RunFor(TimeSpan.FromMilliseconds(900));
        Assert.False(synced.IsCompleted);
        cluster.RunFor(TimeSpan.FromMilliseconds(200));
        Assert.True(synced.IsCompletedSuccessfully);
        Assert.Equal(3, cluster.On(0).GetCounter("sold").Value);
        cluster.Run(() => cluster.On(0).FlushAsync(WriteConcern.All));
    }

    [Fact]
    public void Waiting_to_be_synced_can_be_cancelled()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 1, Configure = o => o.Seeds.Add("nobody:7400") }, b => b.AddCounter("sold"));
        using var cancel = new CancellationTokenSource();
        var synced = cluster.Begin(() => cluster.On(0).WaitUntilSyncedAsync(cancel.Token));
        cancel.Cancel();
        cluster.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.True(synced.IsCanceled);
    }

    [Fact]
    public void Content_hashes_are_equal_when_contents_are_and_differ_when_they_do_not()
    {
        using var cluster = WriteConcernTests.Objects(3);
        var empty = HashOf(cluster, 0);
        Assert.Matches("^[0-9a-f]{16}$", empty);
        Assert.Equal(empty, HashOf(cluster, 1));
        cluster.On(0).GetCounter("sold").Add(3);
        cluster.On(1).GetMap<int, int>("map").Set(1, 2);
        cluster.On(2).GetSet<int>("set").Add(7);
        cluster.RunUntilConverged();
        var hash = HashOf(cluster, 0);
        Assert.NotEqual(empty, hash);
        Assert.Equal(hash, HashOf(cluster, 1));
        Assert.Equal(hash, HashOf(cluster, 2));
        cluster.Isolate(2);
        cluster.On(2).GetCounter("sold").Add(1);
        Assert.NotEqual(hash, HashOf(cluster, 2));
    }

    [Fact]
    public void Content_hashes_do_not_depend_on_who_is_a_member()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        cluster.On(0).GetCounter("sold").Add(3);
        var before = HashOf(cluster, 0);
        cluster.Add();
        cluster.RunUntilMeshed();
        Assert.Equal(before, HashOf(cluster, 0));
        Assert.Equal(before, HashOf(cluster, 2));
    }

    [Fact]
    public void Peers_are_listed_in_the_order_of_their_names_with_what_is_known_of_them()
    {
        using var cluster = Simulated.Cluster(4, b => b.AddCounter("sold"));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        var self = cluster.On(2).Self;
        Assert.Equal(("node-2", "node-2:7400"), (self.NodeName, self.Address));
        var peers = cluster.On(2).Peers;
        Assert.Equal(["node-0", "node-1", "node-3"], peers.Select(p => p.NodeName));
        Assert.All(peers, p =>
        {
            Assert.Equal(PeerState.Up, p.State);
            Assert.Equal($"{p.NodeName}:7400", p.Address);
            Assert.InRange(p.RoundTrip!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(10));
            Assert.Equal(0, p.Behind);
        });
        Assert.Equal(cluster.On(0).Self.Id, peers[0].Id);
    }

    [Fact]
    public void The_round_trip_of_a_new_link_is_known_after_one_heartbeat_interval()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddCounter("sold"), o => o.HeartbeatInterval = TimeSpan.FromMilliseconds(400));
        // And the millisecond that timers count in.
        cluster.RunFor(TimeSpan.FromMilliseconds(401) + FaultOptions.None.MaxDelay);
        Assert.All(cluster.Replicas.SelectMany(r => r.Replica.Peers), p => Assert.InRange(
            Assert.NotNull(p.RoundTrip), FaultOptions.None.MinDelay * 2, (FaultOptions.None.MaxDelay * 2) + TimeSpan.FromMicroseconds(1)));
    }

    [Fact]
    public void A_peer_that_is_cut_off_is_unreachable_and_falls_behind()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<int, int>("map"));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        cluster.Isolate(1);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 10; i++) cluster.On(0).GetMap<int, int>("map").Set(i, i);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var peer = Assert.Single(cluster.On(0).Peers);
        Assert.Equal((PeerState.Unreachable, 10, null), (peer.State, peer.Behind, peer.RoundTrip));
        cluster.Network.RestoreAll();
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        peer = Assert.Single(cluster.On(0).Peers);
        Assert.Equal((PeerState.Up, 0), (peer.State, peer.Behind));
    }

    [Fact]
    public void Peer_events_tell_of_coming_and_of_leaving_in_good_order()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("sold"));
        using var watching = Watching<PeerEvent>.Start(cluster, cluster.On(0).WatchPeersAsync);
        var joined = cluster.Add();
        cluster.RunUntilMeshed();
        var id = joined.Replica.Self.Id;
        joined.Stop();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.All(watching.Seen, e => Assert.Equal((id, "node-1"), (e.Peer.Id, e.Peer.NodeName)));
        Assert.Null(watching.Seen[0].Previous);
        Assert.Contains(PeerState.Up, watching.Seen.Select(e => e.Peer.State));
        Assert.Equal(PeerState.Gone, watching.Seen[^1].Peer.State);
        Chained(watching.Seen);
        Assert.Empty(cluster.On(0).Peers);
    }

    [Fact]
    public void Peer_events_tell_of_a_crash_and_at_last_of_the_forgetting()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        using var watching = Watching<PeerEvent>.Start(cluster, cluster.On(0).WatchPeersAsync);
        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal([PeerState.Unreachable], watching.Seen.Select(e => e.Peer.State));
        Assert.Equal(PeerState.Up, watching.Seen[0].Previous);
        cluster.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal([PeerState.Unreachable, PeerState.Gone], watching.Seen.Select(e => e.Peer.State));
        Chained(watching.Seen);
        Assert.Empty(cluster.On(0).Peers);
    }

    [Fact]
    public void A_stopped_replica_says_so_and_can_still_be_read()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        var replica = cluster.On(0);
        replica.GetCounter("sold").Add(4);
        cluster.Replicas[0].Stop();
        Assert.Equal(ReplicaState.Stopped, replica.State);
        Assert.Equal(4, replica.GetCounter("sold").Value);
        Assert.Equal(4, cluster.On(1).GetCounter("sold").Value);
        Assert.Throws<ReplicaNotRunningException>(() => replica.GetCounter("sold").Add(1));
        Assert.Equal(4, replica.GetCounter("sold").Value);
        cluster.Run(async () =>
        {
            var e = await Assert.ThrowsAsync<ReplicaNotRunningException>(() => replica.FlushAsync(WriteConcern.All));
            Assert.Equal(ReplicaState.Stopped, e.State);
        });
    }

    [Fact]
    public void Stopping_hands_over_the_last_write()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        cluster.On(0).GetCounter("sold").Add(4);
        cluster.Replicas[0].Stop();
        cluster.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.Equal(4, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void A_name_of_the_greatest_length_replicates()
    {
        // A name of the greatest length, in characters of three bytes each.
        var name = new string('票', 256);
        using var cluster = Simulated.Cluster(2, b => b.AddCounter(name));
        cluster.On(0).GetCounter(name).Add(4);
        cluster.RunUntilConverged();
        Assert.Equal(4, cluster.On(1).GetCounter(name).Value);
    }

    private static void Chained(List<PeerEvent> events)
    {
        for (var i = 1; i < events.Count; i++) Assert.Equal(events[i - 1].Peer.State, events[i].Previous);
    }

    private static string HashOf(SimulatedCluster cluster, int index)
    {
        var hash = "";
        cluster.Run(async () => hash = await cluster.On(index).GetContentHashAsync());
        return hash;
    }
}
