namespace PeerReplica.Tests.Api;

public sealed class PresenceTests
{
    [Fact]
    public void Every_replica_sees_everyones_value()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddPresence<int>("load"));
        Assert.Empty(cluster.On(0).GetPresence<int>("load").Values);
        for (var i = 0; i < 3; i++) cluster.On(i).GetPresence<int>("load").Set(i * 10);
        Assert.Equal(0, cluster.On(0).GetPresence<int>("load").Values[cluster.On(0).Self.Id]);
        cluster.RunUntilConverged();
        var expected = cluster.Replicas.ToDictionary(r => r.Replica.Self.Id, r => r.Index * 10);
        Assert.All(cluster.Replicas, r => Assert.Equal(expected.OrderBy(e => e.Key), r.Replica.GetPresence<int>("load").Values.OrderBy(e => e.Key)));
    }

    [Fact]
    public void A_value_can_be_changed_and_withdrawn()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddPresence<int>("load"));
        var (here, there) = (cluster.On(0).GetPresence<int>("load"), cluster.On(1).GetPresence<int>("load"));
        Assert.False(here.Clear());
        here.Set(1);
        here.Set(2);
        cluster.RunUntilConverged();
        Assert.Equal([2], there.Values.Values);
        Assert.True(here.Clear());
        cluster.RunUntilConverged();
        Assert.Empty(there.Values);
    }

    [Fact]
    public void The_value_of_a_replica_that_crashed_disappears()
    {
        using var cluster = ThreeWithValues();
        cluster.Replicas[2].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([0, 1], cluster.On(0).GetPresence<int>("load").Values.Values.Order());
        Assert.Equal([0, 1], cluster.On(1).GetPresence<int>("load").Values.Values.Order());
    }

    [Fact]
    public void The_value_of_a_replica_that_stopped_disappears_at_once()
    {
        using var cluster = ThreeWithValues();
        cluster.Replicas[2].Stop();
        cluster.RunUntilConverged();
        Assert.Equal([0, 1], cluster.On(0).GetPresence<int>("load").Values.Values.Order());
        Assert.Equal([0, 1], cluster.On(1).GetPresence<int>("load").Values.Values.Order());
    }

    [Fact]
    public void The_value_of_a_replica_that_was_cut_off_returns_with_it()
    {
        using var cluster = ThreeWithValues();
        cluster.Isolate(2);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([0, 1], cluster.On(0).GetPresence<int>("load").Values.Values.Order());
        Assert.Equal([2], cluster.On(2).GetPresence<int>("load").Values.Values);
        cluster.Network.RestoreAll();
        cluster.RunUntilMeshed();
        Assert.All(cluster.Replicas, r => Assert.Equal([0, 1, 2], r.Replica.GetPresence<int>("load").Values.Values.Order()));
    }

    [Fact]
    public void A_value_stays_visible_where_its_replica_is_reached_through_another()
    {
        using var cluster = ThreeWithValues();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal([0, 1, 2], cluster.On(0).GetPresence<int>("load").Values.Values.Order());
    }

    [Fact]
    public void A_watcher_hears_of_values_and_of_a_replica_that_crashed()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddPresence<int>("load"));
        using var watching = Watching<IReadOnlyDictionary<ReplicaId, int>>.Start(cluster, cluster.On(0).GetPresence<int>("load").WatchAsync);
        Assert.Empty(Assert.Single(watching.Seen));
        cluster.On(1).GetPresence<int>("load").Set(7);
        cluster.RunUntilConverged();
        Assert.Equal([7], watching.Seen[^1].Values);
        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(watching.Seen[^1]);
    }

    [Fact]
    public void A_watcher_hears_of_a_replica_that_stopped()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddPresence<int>("load"));
        cluster.On(1).GetPresence<int>("load").Set(7);
        cluster.RunUntilConverged();
        using var watching = Watching<IReadOnlyDictionary<ReplicaId, int>>.Start(cluster, cluster.On(0).GetPresence<int>("load").WatchAsync);
        cluster.Replicas[1].Stop();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Empty(watching.Seen[^1]);
    }

    [Fact]
    public void A_restarted_replica_has_a_value_of_its_own()
    {
        using var cluster = ThreeWithValues();
        cluster.Replicas[2].Crash();
        cluster.RunFor(TimeSpan.FromMilliseconds(100));
        cluster.Replicas[2].Start();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.On(2).GetPresence<int>("load").Set(20);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal([0, 1, 20], r.Replica.GetPresence<int>("load").Values.Values.Order()));
    }

    private static Testing.SimulatedCluster ThreeWithValues()
    {
        var cluster = Simulated.Cluster(3, b => b.AddPresence<int>("load"));
        for (var i = 0; i < 3; i++) cluster.On(i).GetPresence<int>("load").Set(i);
        cluster.RunUntilConverged();
        return cluster;
    }
}
