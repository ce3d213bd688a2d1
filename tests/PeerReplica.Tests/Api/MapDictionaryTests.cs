namespace PeerReplica.Tests.Api;

/// <summary>A map as a .NET developer knows dictionaries.</summary>
public sealed class MapDictionaryTests
{
    [Fact]
    public void Indexer_reads_and_sets_and_names_a_missing_key()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        map["a"] = 1;
        Assert.Equal(1, map["a"]);
        var missing = Assert.Throws<KeyNotFoundException>(() => map["b"]);
        Assert.Contains("'m'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("'b'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_and_values_are_those_of_the_enumeration()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        map.SetItems([new("a", 1), new("b", 2), new("c", 3)]);
        map.Remove("b");
        Assert.Equal(["a", "c"], map.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1, 3], map.Values.Order());
        IReadOnlyDictionary<string, int> dictionary = map;
        Assert.Equal((2, 3, true, false), (dictionary.Count, dictionary["c"], dictionary.ContainsKey("a"), dictionary.ContainsKey("b")));
        Assert.Equal(9, dictionary.GetValueOrDefault("b", 9));
    }

    [Fact]
    public void TryAdd_sets_only_what_is_absent_and_an_added_key_reaches_the_others()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("m"));
        var map = Map(cluster);
        Assert.True(map.TryAdd("a", 1));
        Assert.False(map.TryAdd("a", 2));
        cluster.RunUntilConverged();
        Assert.False(cluster.On(1).GetMap<string, int>("m").TryAdd("a", 3));
        Assert.Equal(1, cluster.On(1).GetMap<string, int>("m")["a"]);
        map.Remove("a");
        Assert.True(map.TryAdd("a", 4));
        Assert.Equal(4, map["a"]);
    }

    [Fact]
    public void TryAdd_gives_the_entry_the_expiration_and_adds_again_once_it_is_over()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        Assert.True(map.TryAdd("a", 1, new() { TimeToLive = TimeSpan.FromSeconds(5) }));
        Assert.False(map.TryAdd("a", 2));
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Assert.True(map.TryAdd("a", 3));
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Assert.Equal(3, map["a"]);
    }

    [Fact]
    public void GetOrAdd_calls_its_factory_only_for_an_absent_key()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        Assert.Equal(5, map.GetOrAdd("four", key => key.Length + 1));
        Assert.Equal(5, map.GetOrAdd("four", _ => throw new InvalidOperationException("not called")));
        Assert.Equal(5, map.GetOrAdd("four", 7));
        Assert.Equal(7, map.GetOrAdd("seven", 7));
    }

    [Fact]
    public void GetOrAdd_keeps_what_another_thread_added_during_the_factory()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        var calls = 0;
        var value = map.GetOrAdd("a", _ =>
        {
            calls++;
            map.Set("a", 1);
            return 2;
        });
        Assert.Equal((1, 1, 1), (value, map["a"], calls));
    }

    [Fact]
    public void Attempts_that_change_nothing_make_no_other_attempt_fail()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        map.Set("a", 1);
        var calls = 0;
        map.AddOrUpdate("a", 0, (key, old) =>
        {
            calls++;
            map.GetOrAdd(key, 9);
            map.TryAdd(key, 9);
            map.Touch(key);
            map.GetAll(key);
            map.Remove("absent");
            return old + 1;
        });
        Assert.Equal((2, 1), (map["a"], calls));
    }

    [Fact]
    public void Key_that_another_thread_adds_to_the_last_room_is_returned()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("m", o => o.MaxEntries = 1));
        var map = Map(cluster);
        var value = map.GetOrAdd("a", key =>
        {
            map.Set(key, 1);
            return 2;
        });
        Assert.Equal(1, value);
    }

    [Fact]
    public void Added_and_updated_entries_have_the_expiration_that_was_asked_for()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        map.GetOrAdd("a", 1, new() { TimeToLive = TimeSpan.FromSeconds(5) });
        map.AddOrUpdate("b", 1, (_, v) => v, new() { TimeToLive = TimeSpan.FromSeconds(5) });
        map.GetOrAdd("c", 1);
        cluster.RunFor(TimeSpan.FromSeconds(6));
        Assert.Equal(["c"], map.Keys);
    }

    [Fact]
    public void AddOrUpdate_loses_no_update_of_another_thread()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        Assert.Equal(1, map.AddOrUpdate("a", 1, (_, _) => throw new InvalidOperationException("not called")));
        var isFirst = true;
        var value = map.AddOrUpdate("a", 0, (_, old) =>
        {
            if (isFirst) map.Set("a", 10);
            isFirst = false;
            return old + 1;
        });
        Assert.Equal((11, 11), (value, map["a"]));
    }

    [Fact]
    public void Threads_that_add_one_to_a_key_all_count()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 2_000; i++) map.AddOrUpdate("a", 1, (_, old) => old + 1);
        });
        Assert.Equal(8_000, map["a"]);
    }

    [Fact]
    public void Of_threads_that_add_or_remove_one_key_one_succeeds()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        for (var round = 0; round < 500; round++)
        {
            var (added, removed) = (0, 0);
            Parallel.For(0, 4, i => { if (map.TryAdd("a", i)) Interlocked.Increment(ref added); });
            Parallel.For(0, 4, _ => { if (map.TryRemove("a", out int _)) Interlocked.Increment(ref removed); });
            Assert.Equal((1, 1), (added, removed));
        }
    }

    [Fact]
    public void TryRemove_gives_the_removed_value_and_the_removal_reaches_the_others()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("m"));
        var map = Map(cluster);
        Assert.False(map.TryRemove("a", out var value));
        Assert.Equal(0, value);
        map.Set("a", 1);
        cluster.RunUntilConverged();
        Assert.True(cluster.On(1).GetMap<string, int>("m").TryRemove("a", out value));
        Assert.Equal(1, value);
        cluster.RunUntilConverged();
        Assert.Empty(map);
    }

    [Fact]
    public void RemoveRange_counts_the_keys_that_were_there()
    {
        using var cluster = Cluster();
        var map = Map(cluster);
        map.SetItems([new("a", 1), new("b", 2)]);
        Assert.Equal(1, map.RemoveRange(["a", "x"]));
        Assert.Equal(["b"], map.Keys);
    }

    [Fact]
    public void SetItems_keeps_what_came_before_an_item_that_is_refused()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, string>("m"));
        var map = cluster.On(0).GetMap<string, string>("m");
        Assert.Throws<ArgumentNullException>(() => map.SetItems([new("a", "1"), new("b", null!), new("c", "3")]));
        Assert.Equal(["a"], map.Keys);
    }

    [Fact]
    public void Clear_says_whether_there_was_anything()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("m").AddSet<int>("s"));
        var (map, set) = (Map(cluster), cluster.On(0).GetSet<int>("s"));
        Assert.False(map.Clear());
        Assert.False(set.Clear());
        map.Set("a", 1);
        set.Add(1);
        Assert.True(map.Clear());
        Assert.True(set.Clear());
        Assert.False(map.Clear());
        Assert.Empty(set);
    }

    [Fact]
    public void Map_at_its_limit_adds_nothing_and_removes_still()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("m", o => o.MaxEntries = 1));
        var map = Map(cluster);
        Assert.True(map.TryAdd("a", 1));
        Assert.Throws<MapFullException>(() => map.TryAdd("b", 2));
        Assert.Throws<MapFullException>(() => map.GetOrAdd("b", 2));
        Assert.Throws<MapFullException>(() => map.AddOrUpdate("b", 2, (_, v) => v));
        Assert.Equal(2, map.AddOrUpdate("a", 9, (_, v) => v + 1));
        Assert.True(map.TryRemove("a", out _));
        Assert.True(map.TryAdd("b", 2));
    }

    [Fact]
    public void Read_with_a_concern_tells_a_missing_value_from_a_default()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("m").AddRegister<int>("r"));
        cluster.On(0).GetMap<string, int>("m").Set("zero", 0);
        var there = cluster.On(1);
        cluster.Run(async () =>
        {
            var found = await there.GetMap<string, int>("m").GetAsync("zero", ReadConcern.All);
            Assert.Equal((true, 0, true), (found.HasValue, found.Value, found.TryGetValue(out _)));
            var missing = await there.GetMap<string, int>("m").GetAsync("none", ReadConcern.All);
            Assert.Equal((false, 0, 7), (missing.HasValue, missing.GetValueOrDefault(), missing.GetValueOrDefault(7)));
            Assert.Throws<InvalidOperationException>(() => missing.Value);
            Assert.False((await there.GetRegister<int>("r").GetAsync(ReadConcern.All)).HasValue);
        });
    }

    private static Testing.SimulatedCluster Cluster() => Simulated.Cluster(1, b => b.AddMap<string, int>("m"));

    private static IReplicatedMap<string, int> Map(Testing.SimulatedCluster cluster) => cluster.On(0).GetMap<string, int>("m");
}
