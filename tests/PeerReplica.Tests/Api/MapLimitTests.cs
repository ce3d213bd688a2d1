using System.Globalization;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>Maps with a limit on entries or bytes, in virtual time.</summary>
public sealed class MapLimitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_cache_keeps_its_size_under_ten_times_as_many_distinct_writes_and_all_replicas_hold_the_same(int writers)
    {
        const int Limit = 500;
        using var cluster = Caches(3, o => o.MaxEntries = Limit);
        var most = 0;
        for (var write = 0; write < 5_000; write++)
        {
            Cache(cluster, write % writers).Set(Key(write), write);
            if (write % 20 != 19) continue;
            cluster.RunFor(TimeSpan.FromMilliseconds(10));
            if (write % 100 == 99) most = Math.Max(most, cluster.Replicas.Max(r => Cache(cluster, r.Index).Count));
        }

        // What others wrote since a replica last evicted comes on top while they write.
        Assert.InRange(most, Limit - 60, Limit + (writers == 1 ? 0 : 60));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.InRange(Cache(cluster, r.Index).Count, Limit - 60, Limit));

        // The newest are those that are left.
        for (var write = 4_600; write < 5_000; write++) Assert.True(Cache(cluster, 2).ContainsKey(Key(write)), Key(write));
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal("", cluster.DescribeTombstones());
    }

    [Fact]
    public void A_burst_at_one_replica_never_takes_it_beyond_its_limit()
    {
        using var cluster = Caches(2, o => o.MaxEntries = 100);
        for (var write = 0; write < 5_000; write++)
        {
            Cache(cluster, 0).Set(Key(write), write);
            if (write % 97 == 0) Assert.InRange(Cache(cluster, 0).Count, 1, 100);
        }

        cluster.RunUntilConverged();
        Assert.Equal(Enumerable.Range(4_900, 100).Select(Key), Keys(cluster));
    }

    [Fact]
    public void The_entry_that_was_written_longest_ago_goes_first()
    {
        using var cluster = Caches(2, o => o.MaxEntries = 3);
        foreach (var key in new[] { 1, 2, 3, 1, 4, 3, 5 })
        {
            Cache(cluster, key % 2).Set(Key(key), key);
            cluster.RunUntilConverged();
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal([Key(3), Key(4), Key(5)], Keys(cluster));
    }

    [Fact]
    public void An_entry_with_a_sliding_expiration_that_is_read_is_used_and_stays()
    {
        using var cluster = Caches(2, o => (o.MaxEntries, o.SlidingExpiration) = (3, TimeSpan.FromMinutes(10)));
        for (var key = 1; key <= 3; key++)
        {
            Cache(cluster, 0).Set(Key(key), key);
            cluster.RunFor(TimeSpan.FromMinutes(1));
        }

        Assert.True(Cache(cluster, 1).TryGetValue(Key(1), out _));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Cache(cluster, 0).Set(Key(4), 4);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([Key(1), Key(3), Key(4)], Keys(cluster));
    }

    [Fact]
    public void A_limit_on_bytes_counts_encoded_keys_and_values()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, byte[]>("cache", o => (o.MaxBytes, o.Eviction) = (10_000, MapEviction.LeastRecentlyUsed)));
        var map = cluster.On(0).GetMap<string, byte[]>("cache");
        for (var write = 0; write < 50; write++) map.Set($"k{write:00}", new byte[990]);
        Assert.Equal(10, map.Count);

        // One large value makes several small ones go, also when it takes a small one's place.
        map.Set("k49", new byte[5_000]);
        Assert.InRange(map.Count, 5, 6);
        Assert.True(map.TryGetValue("k49", out var large) && large.Length == 5_000);
        cluster.RunUntilConverged();
        Assert.Equal(map.Count, cluster.On(1).GetMap<string, byte[]>("cache").Count);
        var e = Assert.Throws<MapFullException>(() => map.Set("k50", new byte[10_000]));
        Assert.Equal(("cache", "MaxBytes", 10_000L), (e.ObjectName, e.Option, e.Limit));
        map.Set("k51", new byte[9_950]);
        Assert.Equal(1, map.Count);
    }

    [Fact]
    public void A_map_that_evicts_nothing_refuses_new_keys_and_says_why()
    {
        using var cluster = Caches(2, o => (o.MaxEntries, o.Eviction) = (3, MapEviction.None));
        var cache = Cache(cluster, 0);
        for (var key = 1; key <= 3; key++) cache.Set(Key(key), key);
        var e = Assert.Throws<MapFullException>(() => cache.Set(Key(4), 4));
        Assert.Equal(("cache", "MaxEntries", 3L), (e.ObjectName, e.Option, e.Limit));
        Assert.Contains("'cache'", e.Message, StringComparison.Ordinal);
        Assert.Contains("MaxEntries is 3", e.Message, StringComparison.Ordinal);
        Assert.False(cache.ContainsKey(Key(4)));
        cache.Set(Key(1), 7);
        Assert.True(cache.Remove(Key(2)));
        cache.Set(Key(4), 4);
        cluster.RunUntilConverged();
        Assert.Equal([Key(1), Key(3), Key(4)], Keys(cluster));
        Assert.Throws<MapFullException>(() => Cache(cluster, 1).Set(Key(5), 5));
        Assert.Throws<MapFullException>(() => cluster.Run(() => Cache(cluster, 1).SetAsync(Key(5), 5, WriteConcern.Majority)));
    }

    [Fact]
    public void A_map_that_evicts_nothing_refuses_a_value_that_grows_beyond_its_bytes()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, string>("texts", o => o.MaxBytes = 100));
        var map = cluster.On(0).GetMap<string, string>("texts");
        map.Set("a", new string('x', 90));
        var e = Assert.Throws<MapFullException>(() => map.Set("b", new string('x', 20)));
        Assert.Equal(("texts", "MaxBytes", 100L), (e.ObjectName, e.Option, e.Limit));
        Assert.Throws<MapFullException>(() => map.Set("a", new string('x', 99)));
        map.Set("a", new string('x', 91));
        map.Set("a", "");
        map.Set("b", new string('x', 80));
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void What_expires_makes_room()
    {
        using var cluster = Caches(2, o => (o.MaxEntries, o.Eviction) = (2, MapEviction.None));
        Cache(cluster, 0).Set(Key(1), 1, TimeSpan.FromSeconds(5));
        Cache(cluster, 0).Set(Key(2), 2);
        cluster.RunUntilConverged();
        Assert.Throws<MapFullException>(() => Cache(cluster, 1).Set(Key(3), 3));
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Cache(cluster, 1).Set(Key(3), 3);
        cluster.RunUntilConverged();
        Assert.Equal([Key(2), Key(3)], Keys(cluster));
    }

    [Fact]
    public void What_both_sides_of_a_split_wrote_is_united_and_then_evicted_to_the_limit()
    {
        using var cluster = Caches(2, o => o.MaxEntries = 1_000);
        cluster.WhileSplit(() =>
        {
            for (var write = 0; write < 2_000; write++) Cache(cluster, write % 2).Set(Key(write), write);
            Assert.All(cluster.Replicas, r => Assert.Equal(1_000, Cache(cluster, r.Index).Count));
        });
        Assert.InRange(Cache(cluster, 0).Count, 1, 2_000);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        cluster.RunUntilConverged();
        Assert.InRange(Keys(cluster).Length, 900, 1_000);
    }

    [Fact]
    public void What_a_dead_replica_wrote_beyond_the_limit_is_evicted_by_the_others()
    {
        using var cluster = Caches(3, o => o.MaxEntries = 100);
        cluster.Isolate(0);
        for (var write = 0; write < 100; write++) Cache(cluster, 0).Set(Key(write), write);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        for (var write = 100; write < 200; write++) Cache(cluster, 1).Set(Key(write), write);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.RunUntil(() => Cache(cluster, 2).Count > 100);
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromMinutes(1));
        cluster.RunUntilConverged();
        Assert.Equal(Enumerable.Range(100, 100).Select(Key), Cache(cluster, 1).Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.Equal(100, Cache(cluster, 2).Count);
    }

    [Fact]
    public void A_map_that_evicts_nothing_takes_what_peers_write_beyond_the_limit_and_refuses_until_it_is_below()
    {
        using var cluster = Caches(2, o => (o.MaxEntries, o.Eviction) = (10, MapEviction.None));
        cluster.WhileSplit(() =>
        {
            for (var write = 0; write < 20; write++) Cache(cluster, write % 2).Set(Key(write), write);
        });
        Assert.Equal(20, Keys(cluster).Length);
        for (var key = 0; key < 11; key++)
        {
            Assert.Throws<MapFullException>(() => Cache(cluster, 0).Set("new", 1));
            Cache(cluster, 1).Remove(Key(key));
            cluster.RunUntilConverged();
        }

        Cache(cluster, 0).Set("new", 1);
        Assert.Throws<MapFullException>(() => Cache(cluster, 0).Set("one more", 1));
    }

    [Fact]
    public void A_value_that_is_written_while_another_replica_evicts_its_key_stays()
    {
        using var cluster = Caches(2, o => o.MaxEntries = 2);
        Cache(cluster, 0).Set(Key(1), 1);
        Cache(cluster, 0).Set(Key(2), 2);
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.WhileSplit(() =>
        {
            Cache(cluster, 0).Set(Key(3), 3);
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            Cache(cluster, 1).Set(Key(1), 10);
        });
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal([Key(1), Key(3)], Keys(cluster));
    }

    [Fact]
    public void Watchers_hear_of_an_eviction_as_of_a_removal()
    {
        using var cluster = Caches(2, o => o.MaxEntries = 1);
        Cache(cluster, 0).Set(Key(1), 1);
        cluster.RunUntilConverged();
        using var watching = Watching<MapChange<string, int>>.Start(cluster, ct => Cache(cluster, 1).WatchAsync(WatchStart.Changes, ct));
        Cache(cluster, 0).Set(Key(2), 2);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Contains(new(MapChangeKind.Removed, Key(1), 0), watching.Seen);
        Assert.Contains(new(MapChangeKind.Set, Key(2), 2), watching.Seen);
    }

    [Fact]
    public void Clearing_and_removing_make_room_at_once()
    {
        using var cluster = Caches(1, o => (o.MaxEntries, o.Eviction) = (2, MapEviction.None));
        for (var round = 0; round < 3; round++)
        {
            Cache(cluster, 0).Set(Key(1), 1);
            Cache(cluster, 0).Set(Key(2), 2);
            Assert.Throws<MapFullException>(() => Cache(cluster, 0).Set(Key(3), 3));
            Cache(cluster, 0).Clear();
        }
    }

    [Fact]
    public void Threads_that_write_at_once_fill_a_map_exactly_to_its_limit()
    {
        using var cluster = Caches(1, o => (o.MaxEntries, o.Eviction) = (1_000, MapEviction.None));
        var (cache, refused) = (Cache(cluster, 0), 0);
        Parallel.For(0, 4_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, key =>
        {
            try
            {
                cache.Set(Key(key), key);
            }
            catch (MapFullException)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal((1_000, 3_000), (cache.Count, refused));
    }

    private static SimulatedCluster Caches(int replicas, Action<MapOptions> configure) => Simulated.Cluster(replicas, b => b.AddMap<string, int>("cache", o =>
    {
        o.Eviction = MapEviction.LeastRecentlyUsed;
        configure(o);
    }));

    private static IReplicatedMap<string, int> Cache(SimulatedCluster cluster, int index) => cluster.On(index).GetMap<string, int>("cache");

    private static string Key(int number) => number.ToString("00000", CultureInfo.InvariantCulture);

    private static string[] Keys(SimulatedCluster cluster)
    {
        var keys = cluster.Replicas.Select(r => Cache(cluster, r.Index).Select(e => e.Key).Order(StringComparer.Ordinal).ToArray()).ToArray();
        Assert.All(keys, k => Assert.Equal(keys[0], k));
        return keys[0];
    }
}
