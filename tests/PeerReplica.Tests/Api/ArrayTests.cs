namespace PeerReplica.Tests.Api;

/// <summary>What an app does to an array or object that it passed in, or was given, changes no key and nothing that peers have.</summary>
public sealed class ArrayTests
{
    [Fact]
    public void Changing_a_key_that_an_enumeration_or_a_watch_gave_changes_no_key()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<byte[], int>("map").AddSet<byte[]>("set"));
        var (map, set) = (cluster.On(0).GetMap<byte[], int>("map"), cluster.On(0).GetSet<byte[]>("set"));
        using var first = Watching<MapChange<byte[], int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        using var second = Watching<MapChange<byte[], int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        using var elements = Watching<SetChange<byte[]>>.Start(cluster, ct => set.WatchAsync(WatchStart.Changes, ct));
        map.Set([1, 2, 3], 7);
        set.Add([1, 2, 3]);
        cluster.RunUntilConverged();
        var before = Hash(cluster);
        first.Seen.Single().Key![0] = 9;
        elements.Seen.Single().Item![0] = 9;
        foreach (var (key, _) in map) key[0] = 9;
        foreach (var item in set) item[0] = 9;
        Assert.Equal([1, 2, 3], second.Seen.Single().Key);
        Assert.Equal([1, 2, 3], map.Single().Key);
        Assert.Equal([1, 2, 3], set.Single());
        Assert.True(map.ContainsKey([1, 2, 3]));
        Assert.False(map.ContainsKey([9, 2, 3]));
        Assert.True(set.Contains([1, 2, 3]));
        map.Set([1, 2, 3], 8);
        Assert.Equal(1, map.Count);
        Assert.False(set.Add([1, 2, 3]));
        cluster.RunUntilConverged();
        Assert.NotEqual(before, Hash(cluster));
        Assert.Equal([1, 2, 3], cluster.On(1).GetMap<byte[], int>("map").Single().Key);
        Assert.True(map.Remove([1, 2, 3]));
        cluster.RunUntilConverged();
        Assert.Equal(0, cluster.On(1).GetMap<byte[], int>("map").Count);
    }

    [Fact]
    public void Changing_a_key_that_a_serializer_writes_changes_no_key()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<int[], int>("map").AddSet<List<string>>("set"));
        var (map, set) = (cluster.On(0).GetMap<int[], int>("map"), cluster.On(0).GetSet<List<string>>("set"));
        using var watching = Watching<MapChange<int[], int>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        int[] passed = [1, 2];
        map.Set(passed, 7);
        set.Add(["a"]);
        passed[0] = 9;
        cluster.RunUntilConverged();
        watching.Seen.Single().Key![0] = 9;
        foreach (var (key, _) in map) key[0] = 9;
        foreach (var item in set) item.Add("b");
        Assert.Equal([1, 2], map.Single().Key);
        Assert.Equal(["a"], set.Single());
        Assert.True(map.ContainsKey([1, 2]));
        Assert.True(set.Contains(["a"]));
        Assert.Equal([1, 2], cluster.On(1).GetMap<int[], int>("map").Single().Key);
    }

    [Fact]
    public void Changing_what_was_passed_in_changes_nothing_that_is_read()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<byte[], byte[]>("map").AddRegister<List<int>>("list").AddPresence<byte[]>("presence")
            .AddMultiValueRegister<int[]>("multi").AddPool<byte[]>("pool", [[1], [2]]));
        var (key, value, list, multi) = (new byte[] { 1 }, new byte[] { 2 }, new List<int> { 3 }, new[] { 4 });
        cluster.On(0).GetMap<byte[], byte[]>("map").Set(key, value);
        cluster.On(0).GetPresence<byte[]>("presence").Set(value);
        cluster.On(0).GetRegister<List<int>>("list").Set(list);
        cluster.On(0).GetMultiValueRegister<int[]>("multi").Set(multi);
        (key[0], value[0], multi[0]) = (9, 9, 9);
        list.Add(9);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal([new([1], [2])], r.Replica.GetMap<byte[], byte[]>("map"));
            Assert.Equal([2], r.Replica.GetPresence<byte[]>("presence").Values.Values.Single());
            Assert.Equal([3], r.Replica.GetRegister<List<int>>("list").Value!);
            Assert.Equal([4], r.Replica.GetMultiValueRegister<int[]>("multi").Values.Single());
        });
    }

    [Fact]
    public void Changing_a_value_that_was_read_changes_nothing_that_peers_have_or_get()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, byte[]>("bytes").AddMap<string, List<int>>("lists"));
        cluster.On(0).GetMap<string, byte[]>("bytes").Set("a", [1]);
        cluster.On(0).GetMap<string, List<int>>("lists").Set("a", [1]);
        cluster.RunUntilConverged();
        var before = Hash(cluster);
        foreach (var (_, bytes) in cluster.On(1).GetMap<string, byte[]>("bytes")) bytes[0] = 9;
        foreach (var (_, list) in cluster.On(1).GetMap<string, List<int>>("lists")) list.Add(9);
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromMinutes(2));
        cluster.Replicas[0].Start();
        cluster.RunUntilMeshed();
        Assert.Equal([1], cluster.On(0).GetMap<string, byte[]>("bytes").Single().Value);
        Assert.Equal([1], cluster.On(0).GetMap<string, List<int>>("lists").Single().Value);
        Assert.Equal(before, Hash(cluster));
    }

    [Fact]
    public void Changing_an_item_of_a_pool_changes_nothing_of_the_pool()
    {
        byte[] passed = [1];
        using var cluster = Simulated.Cluster(1, b => b.AddPool<byte[]>("bytes", [passed, [2]]).AddPool<List<int>>("lists", [[1], [2]]));
        var (bytes, lists) = (cluster.On(0).GetPool<byte[]>("bytes"), cluster.On(0).GetPool<List<int>>("lists"));
        passed[0] = 9;
        foreach (var item in bytes.GetItems()) item.Item[0] = 9;
        foreach (var item in lists.GetItems()) item.Item.Add(9);
        Assert.Equal([[1], [2]], bytes.GetItems().Select(i => i.Item));
        Assert.Equal([[1], [2]], lists.GetItems().Select(i => i.Item));
        Assert.Equal(PoolItemState.Unknown, bytes.GetState([9]));
        PoolTake<byte[]> taken = default;
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Run(async () => taken = await bytes.TakeAnyAsync(i => (i[0] += 5) > 0, TimeSpan.FromSeconds(1)));
        Assert.Equal(PoolOutcome.Unknown, taken.Outcome);
        Assert.Equal(PoolItemState.Free, bytes.GetState([1]));
    }

    private static string Hash(Testing.SimulatedCluster cluster)
    {
        var hash = "";
        cluster.Run(async () => hash = await cluster.On(1).GetContentHashAsync());
        return hash;
    }
}
