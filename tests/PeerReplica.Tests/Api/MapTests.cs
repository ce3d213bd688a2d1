namespace PeerReplica.Tests.Api;

public sealed class MapTests
{
    [Fact]
    public void A_key_has_the_value_that_was_last_set()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("stock"));
        var map = cluster.On(0).GetMap<string, int>("stock");
        Assert.False(map.TryGetValue("a", out var value));
        Assert.Equal(0, value);
        map.Set("a", 1);
        map.Set("a", 2);
        map.Set("b", 3);
        Assert.True(map.TryGetValue("a", out value));
        Assert.Equal(2, value);
        Assert.True(map.ContainsKey("b"));
        Assert.Equal(2, map.Count);
        Assert.Equal([new("a", 2), new("b", 3)], map.OrderBy(e => e.Key, StringComparer.Ordinal));
        Assert.Equal("stock", map.Name);
    }

    [Fact]
    public void A_removed_key_reads_as_absent()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("stock"));
        var (here, there) = (cluster.On(0).GetMap<string, int>("stock"), cluster.On(1).GetMap<string, int>("stock"));
        Assert.False(here.Remove("a"));
        here.Set("a", 1);
        cluster.RunUntilConverged();
        Assert.True(there.TryGetValue("a", out _));
        Assert.True(there.Remove("a"));
        Assert.False(there.ContainsKey("a"));
        Assert.Equal(0, there.Count);
        cluster.RunUntilConverged();
        Assert.False(here.TryGetValue("a", out _));
        Assert.Empty(here);
        Assert.False(here.Remove("a"));
    }

    [Fact]
    public void A_key_set_and_removed_before_it_was_sent_leaves_nothing()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("stock"));
        var map = cluster.On(0).GetMap<string, int>("stock");
        map.Set("a", 1);
        Assert.True(map.Remove("a"));
        Assert.False(map.ContainsKey("a"));
        cluster.RunUntilConverged();
        Assert.False(cluster.On(1).GetMap<string, int>("stock").ContainsKey("a"));
        map.Set("a", 2);
        cluster.RunUntilConverged();
        Assert.True(cluster.On(1).GetMap<string, int>("stock").TryGetValue("a", out var value));
        Assert.Equal(2, value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Of_writes_of_one_key_on_both_sides_of_a_split_the_later_wins(int later)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, string>("stock"));
        cluster.WhileSplit(() =>
        {
            cluster.On(1 - later).GetMap<string, string>("stock").Set("a", "earlier");
            cluster.On(0).GetMap<string, string>("stock").Set("left", "x");
            cluster.On(1).GetMap<string, string>("stock").Set("right", "y");
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(later).GetMap<string, string>("stock").Set("a", "later");
        });
        Assert.All(
            cluster.Replicas,
            r => Assert.Equal(
                [new("a", "later"), new("left", "x"), new("right", "y")],
                r.Replica.GetMap<string, string>("stock").OrderBy(e => e.Key, StringComparer.Ordinal)));
    }

    [Fact]
    public void A_removal_removes_only_what_it_has_seen()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("stock"));
        var (here, there) = (cluster.On(0).GetMap<string, int>("stock"), cluster.On(1).GetMap<string, int>("stock"));
        here.Set("seen", 1);
        here.Set("renewed", 1);
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            here.Set("renewed", 2);
            here.Set("unseen", 3);
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            there.Clear();
            Assert.Equal(0, there.Count);
        });
        foreach (var map in new[] { here, there })
            Assert.Equal([new("renewed", 2), new("unseen", 3)], map.OrderBy(e => e.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void A_map_of_many_keys_reaches_a_replica_that_joins_late()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<int, string>("stock"));
        for (var i = 0; i < 5000; i++) cluster.On(0).GetMap<int, string>("stock").Set(i, $"value {i}");
        cluster.Add();
        cluster.RunUntilMeshed();
        var map = cluster.On(1).GetMap<int, string>("stock");
        Assert.Equal(5000, map.Count);
        Assert.True(map.TryGetValue(4999, out var value));
        Assert.Equal("value 4999", value);
    }

    [Fact]
    public void Byte_arrays_as_keys_are_compared_by_content_and_captured_at_the_write()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<byte[], byte[]>("stock"));
        var (here, there) = (cluster.On(0).GetMap<byte[], byte[]>("stock"), cluster.On(1).GetMap<byte[], byte[]>("stock"));
        byte[] key = [1, 2];
        byte[] value = [3, 4];
        here.Set(key, value);
        key[0] = 77;
        value[0] = 88;
        Assert.True(here.TryGetValue([1, 2], out var local));
        Assert.Equal([3, 4], local);
        Assert.False(here.ContainsKey(key));
        cluster.RunUntilConverged();
        Assert.True(there.TryGetValue([1, 2], out var remote));
        Assert.Equal([3, 4], remote);
        Assert.False(there.ContainsKey(key));
    }

    [Fact]
    public void A_byte_array_in_a_set_is_captured_at_the_write()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<byte[]>("tokens"));
        byte[] item = [1, 2];
        cluster.On(0).GetSet<byte[]>("tokens").Add(item);
        item[0] = 77;
        cluster.RunUntilConverged();
        Assert.True(cluster.On(0).GetSet<byte[]>("tokens").Contains([1, 2]));
        Assert.True(cluster.On(1).GetSet<byte[]>("tokens").Contains([1, 2]));
        Assert.False(cluster.On(0).GetSet<byte[]>("tokens").Contains(item));
    }

    [Fact]
    public void A_watcher_hears_of_changes_from_here_and_elsewhere()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("stock"));
        var (here, there) = (cluster.On(0).GetMap<string, int>("stock"), cluster.On(1).GetMap<string, int>("stock"));
        here.Set("before", 1);
        using var watching = Watching<MapChange<string, int>>.Start(cluster, ct => here.WatchAsync(WatchStart.Changes, ct));
        Assert.Empty(watching.Seen);
        there.Set("a", 1);
        cluster.RunUntilConverged();
        here.Set("a", 2);
        cluster.RunUntilConverged();
        there.Remove("a");
        cluster.RunUntilConverged();
        Assert.Equal(
            [new(MapChangeKind.Set, "a", 1), new(MapChangeKind.Set, "a", 2), new(MapChangeKind.Removed, "a", 0)],
            watching.Seen.Where(c => c.Key != "before"));
    }

    [Fact]
    public void A_lagging_watcher_gets_the_latest_change_of_each_key()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("stock"), o => o.WatchCapacity = 16);
        var map = cluster.On(0).GetMap<string, int>("stock");
        using var watching = Watching<MapChange<string, int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        for (var i = 1; i <= 1000; i++) map.Set($"key {i % 16}", i);
        map.Remove("key 0");
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(16, watching.Seen.Count);
        Assert.Contains(new(MapChangeKind.Removed, "key 0", 0), watching.Seen);
        Assert.Contains(new(MapChangeKind.Set, "key 8", 1000), watching.Seen);
    }

    [Fact]
    public void A_lagging_watcher_of_serialized_keys_gets_the_latest_change_of_each_key()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<Seat, int>("seats"), o => o.WatchCapacity = 16);
        var map = cluster.On(0).GetMap<Seat, int>("seats");
        using var watching = Watching<MapChange<Seat, int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        for (var i = 1; i <= 1000; i++) map.Set(new Seat("A", i % 2), i);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(
            [new(MapChangeKind.Set, new Seat("A", 0), 1000), new(MapChangeKind.Set, new Seat("A", 1), 999)],
            watching.Seen.OrderBy(c => c.Key?.Number));
    }

    [Fact]
    public void A_watcher_gets_the_latest_change_of_a_key_that_was_written_in_two_forms()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<DateTime, int>("times"));
        var map = cluster.On(0).GetMap<DateTime, int>("times");
        using var watching = Watching<MapChange<DateTime, int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        map.Set(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), 1);
        map.Set(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified), 2);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new(MapChangeKind.Set, new DateTime(2026, 1, 1), 2)], watching.Seen);
    }

    [Fact]
    public void A_watcher_that_falls_behind_by_more_than_its_capacity_is_told_to_begin_anew_and_goes_on()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<int, int>("stock"), o => o.WatchCapacity = 16);
        var map = cluster.On(0).GetMap<int, int>("stock");
        using var watching = Watching<MapChange<int, int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        for (var i = 0; i < 17; i++) map.Set(i, i);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new(MapChangeKind.Reset, 0, 0)], watching.Seen);
        Assert.Equal(17, map.Count);
        map.Set(3, 33);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new(MapChangeKind.Reset, 0, 0), new(MapChangeKind.Set, 3, 33)], watching.Seen);
    }

    [Fact]
    public void Two_watchers_do_not_take_changes_from_each_other()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<int, int>("stock"));
        var map = cluster.On(0).GetMap<int, int>("stock");
        using var first = Watching<MapChange<int, int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        using var second = Watching<MapChange<int, int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        map.Set(1, 10);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        first.Cancel();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        map.Set(2, 20);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new(MapChangeKind.Set, 1, 10)], first.Seen);
        Assert.Equal([new(MapChangeKind.Set, 1, 10), new(MapChangeKind.Set, 2, 20)], second.Seen);
    }
}
