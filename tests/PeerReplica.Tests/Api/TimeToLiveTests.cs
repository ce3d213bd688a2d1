namespace PeerReplica.Tests.Api;

public sealed class TimeToLiveTests
{
    [Fact]
    public void An_entry_disappears_everywhere_when_its_time_is_over()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddMap<string, int>("sessions"));
        cluster.On(0).GetMap<string, int>("sessions").Set("short", 1, TimeSpan.FromSeconds(10));
        cluster.On(0).GetMap<string, int>("sessions").Set("for ever", 2);
        cluster.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.All(cluster.Replicas, r => Assert.True(r.Replica.GetMap<string, int>("sessions").ContainsKey("short")));
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        Assert.All(cluster.Replicas, r =>
        {
            var map = r.Replica.GetMap<string, int>("sessions");
            Assert.False(map.TryGetValue("short", out _));
            Assert.False(map.ContainsKey("short"));
            Assert.Equal([new("for ever", 2)], map);
            Assert.Equal(1, map.Count);
        });
    }

    [Fact]
    public void A_maps_own_time_to_live_applies_unless_the_write_says_otherwise()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions", TimeSpan.FromSeconds(10)));
        var (here, there) = (cluster.On(0).GetMap<string, int>("sessions"), cluster.On(1).GetMap<string, int>("sessions"));
        here.Set("default", 1);
        here.Set("longer", 2, TimeSpan.FromSeconds(60));
        here.Set("shorter", 3, TimeSpan.FromSeconds(1));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["default", "longer"], there.Select(e => e.Key).Order(StringComparer.Ordinal));
        cluster.RunFor(TimeSpan.FromSeconds(9));
        Assert.Equal(["longer"], there.Select(e => e.Key));
        Assert.Equal(["longer"], here.Select(e => e.Key));
        cluster.RunFor(TimeSpan.FromSeconds(60));
        Assert.Empty(there);
        Assert.Empty(here);
    }

    [Fact]
    public void Each_write_begins_the_time_anew()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions", TimeSpan.FromSeconds(10)));
        for (var i = 0; i < 5; i++)
        {
            cluster.On(0).GetMap<string, int>("sessions").Set("a", i);
            cluster.RunFor(TimeSpan.FromSeconds(8));
            Assert.True(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
        }

        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.False(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
    }

    [Fact]
    public void A_replica_that_is_cut_off_lets_entries_expire_by_itself()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        cluster.On(0).GetMap<string, int>("sessions").Set("a", 1, TimeSpan.FromSeconds(5));
        cluster.RunUntilConverged();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Assert.False(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        Assert.False(cluster.On(0).GetMap<string, int>("sessions").ContainsKey("a"));
        Assert.False(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
    }

    [Fact]
    public void An_entry_expires_though_its_writer_crashed()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddMap<string, int>("sessions"));
        cluster.On(0).GetMap<string, int>("sessions").Set("a", 1, TimeSpan.FromSeconds(5));
        cluster.RunUntilConverged();
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Assert.False(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
        Assert.False(cluster.On(2).GetMap<string, int>("sessions").ContainsKey("a"));
        cluster.RunFor(TimeSpan.FromMinutes(1));
        cluster.RunUntilConverged();
    }

    [Fact]
    public void A_replica_that_joins_gets_only_the_time_that_is_left()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("sessions"));
        cluster.On(0).GetMap<string, int>("sessions").Set("a", 1, TimeSpan.FromSeconds(20));
        cluster.RunFor(TimeSpan.FromSeconds(15));
        cluster.Add();
        cluster.RunUntilMeshed();
        Assert.True(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.False(cluster.On(1).GetMap<string, int>("sessions").ContainsKey("a"));
    }

    [Fact]
    public void A_write_without_a_time_to_live_ends_an_earlier_one()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        cluster.On(0).GetMap<string, int>("sessions").Set("a", 1, TimeSpan.FromSeconds(5));
        cluster.RunUntilConverged();
        cluster.On(1).GetMap<string, int>("sessions").Set("a", 2);
        cluster.RunFor(TimeSpan.FromSeconds(60));
        Assert.All(cluster.Replicas, r => Assert.Equal([new("a", 2)], r.Replica.GetMap<string, int>("sessions")));
    }

    [Fact]
    public void A_watcher_hears_of_the_expiry_on_every_replica()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        using var here = Watching<MapChange<string, int>>.Start(cluster, ct => cluster.On(0).GetMap<string, int>("sessions").WatchAsync(WatchStart.Changes, ct));
        using var there = Watching<MapChange<string, int>>.Start(cluster, ct => cluster.On(1).GetMap<string, int>("sessions").WatchAsync(WatchStart.Changes, ct));
        cluster.On(0).GetMap<string, int>("sessions").Set("a", 1, TimeSpan.FromSeconds(5));
        cluster.RunFor(TimeSpan.FromSeconds(4));
        Assert.Equal([new(MapChangeKind.Set, "a", 1)], here.Seen);
        Assert.Equal([new(MapChangeKind.Set, "a", 1)], there.Seen);
        cluster.RunFor(TimeSpan.FromSeconds(1.1));
        Assert.Equal(new MapChange<string, int>(MapChangeKind.Removed, "a", 0), here.Seen[^1]);
        Assert.Equal(new MapChange<string, int>(MapChangeKind.Removed, "a", 0), there.Seen[^1]);
    }

    [Fact]
    public void Removing_an_expired_key_tells_that_there_was_nothing()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("sessions"));
        var map = cluster.On(0).GetMap<string, int>("sessions");
        map.Set("a", 1, TimeSpan.FromSeconds(1));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.False(map.Remove("a"));
    }

    [Fact]
    public void A_wall_clock_that_steps_does_not_change_when_entries_expire()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        cluster.On(0).GetMap<string, int>("sessions").Set("a", 1, TimeSpan.FromSeconds(30));
        cluster.RunUntilConverged();
        foreach (var replica in cluster.Replicas) replica.ClockOffset = TimeSpan.FromHours(1);
        cluster.RunFor(TimeSpan.FromSeconds(25));
        Assert.All(cluster.Replicas, r => Assert.True(r.Replica.GetMap<string, int>("sessions").ContainsKey("a")));
        foreach (var replica in cluster.Replicas) replica.ClockOffset = TimeSpan.FromHours(-1);
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Assert.All(cluster.Replicas, r => Assert.False(r.Replica.GetMap<string, int>("sessions").ContainsKey("a")));
    }
}
