namespace PeerReplica.Tests.Api;

/// <summary>A watch begins with what is there, on every type, unless it is to begin with changes.</summary>
public sealed class WatchStartTests
{
    [Fact]
    public void Map_and_set_begin_with_their_entries_and_go_on_with_changes()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("m").AddSet<int>("s"));
        var (map, set) = (cluster.On(0).GetMap<string, int>("m"), cluster.On(0).GetSet<int>("s"));
        map.SetItems([new("a", 1), new("b", 2)]);
        map.Remove("b");
        set.Add(1);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        using var entries = Watching<MapChange<string, int>>.Start(cluster, map.WatchAsync);
        using var elements = Watching<SetChange<int>>.Start(cluster, set.WatchAsync);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new(MapChangeKind.Set, "a", 1)], entries.Seen);
        Assert.Equal([new(SetChangeKind.Added, 1)], elements.Seen);
        map.Remove("a");
        set.Remove(1);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new MapChange<string, int>(MapChangeKind.Removed, "a", 0), entries.Seen[^1]);
        Assert.Equal([new(SetChangeKind.Added, 1), new(SetChangeKind.Removed, 1)], elements.Seen);
    }

    [Fact]
    public async Task Watch_of_a_busy_object_ends_when_it_is_canceled()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("c"));
        var counter = cluster.On(0).GetCounter("c");
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var value in counter.WatchAsync(stop.Token))
            {
                if (value == 10) await stop.CancelAsync();
                Assert.True(value < 1_000, "the watch went on");
                counter.Increment();
            }
        });
    }

    [Fact]
    public void Watch_of_changes_says_nothing_of_what_is_there_on_any_type()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("m").AddSet<int>("s").AddCounter("c").AddFlag("f")
            .AddRegister<int>("r").AddMultiValueRegister<int>("v").AddPresence<int>("p").AddBoundedCounter("b", 10).AddPool("l", ["x"]));
        var node = cluster.On(0);
        node.GetMap<string, int>("m").Set("a", 1);
        node.GetSet<int>("s").Add(1);
        node.GetCounter("c").Increment();
        node.GetFlag("f").Enable();
        node.GetRegister<int>("r").Set(1);
        node.GetMultiValueRegister<int>("v").Set(1);
        node.GetPresence<int>("p").Set(1);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        using var map = Watching<MapChange<string, int>>.Start(cluster, ct => node.GetMap<string, int>("m").WatchAsync(WatchStart.Changes, ct));
        using var set = Watching<SetChange<int>>.Start(cluster, ct => node.GetSet<int>("s").WatchAsync(WatchStart.Changes, ct));
        using var counter = Watching<long>.Start(cluster, ct => node.GetCounter("c").WatchAsync(WatchStart.Changes, ct));
        using var flag = Watching<bool>.Start(cluster, ct => node.GetFlag("f").WatchAsync(WatchStart.Changes, ct));
        using var register = Watching<int>.Start(cluster, ct => node.GetRegister<int>("r").WatchAsync(WatchStart.Changes, ct));
        using var values = Watching<IReadOnlyList<int>>.Start(cluster, ct => node.GetMultiValueRegister<int>("v").WatchAsync(WatchStart.Changes, ct));
        using var presence = Watching<IReadOnlyDictionary<ReplicaId, int>>.Start(cluster, ct => node.GetPresence<int>("p").WatchAsync(WatchStart.Changes, ct));
        using var bounded = Watching<EscrowAudit>.Start(cluster, ct => node.GetBoundedCounter("b").WatchAsync(WatchStart.Changes, ct));
        using var pool = Watching<EscrowAudit>.Start(cluster, ct => node.GetPool<string>("l").WatchAsync(WatchStart.Changes, ct));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(0, map.Seen.Count + set.Seen.Count + counter.Seen.Count + flag.Seen.Count + register.Seen.Count + values.Seen.Count
            + presence.Seen.Count + bounded.Seen.Count + pool.Seen.Count);
        node.GetCounter("c").Increment();
        node.GetRegister<int>("r").Set(2);
        node.GetBoundedCounter("b").TryTake();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([2], counter.Seen);
        Assert.Equal([2], register.Seen);
        Assert.NotEmpty(bounded.Seen);
    }
}
