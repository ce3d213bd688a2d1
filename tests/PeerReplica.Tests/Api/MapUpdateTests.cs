namespace PeerReplica.Tests.Api;

/// <summary>Values of one key that were written at the same time, and their merge.</summary>
public sealed class MapUpdateTests
{
    [Fact]
    public void Writes_that_did_not_see_each_other_are_all_there_until_a_write_replaces_them()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, string>("carts"));
        var (here, there) = (cluster.On(0).GetMap<string, string>("carts"), cluster.On(1).GetMap<string, string>("carts"));
        Assert.Empty(here.GetAll("ann"));
        cluster.WhileSplit(() =>
        {
            here.Set("ann", "apple");
            cluster.RunFor(TimeSpan.FromMilliseconds(10));
            there.Set("ann", "bread");
        });
        Assert.Equal(["bread", "apple"], here.GetAll("ann"));
        Assert.Equal(here.GetAll("ann"), there.GetAll("ann"));
        there.Set("ann", "corn");
        Assert.Equal(["corn"], there.GetAll("ann"));
        cluster.RunUntilConverged();
        Assert.Equal(["corn"], here.GetAll("ann"));
        here.Remove("ann");
        cluster.RunUntilConverged();
        Assert.Empty(there.GetAll("ann"));
    }

    [Fact]
    public void An_update_merges_them_for_all_replicas()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddMap<string, string>("carts"));
        cluster.WhileSplit(() =>
        {
            Assert.True(Merge(cluster.On(0), "apple"));
            Assert.True(Merge(cluster.On(1), "bread"));
        });
        Assert.True(Merge(cluster.On(2), "corn"));
        cluster.RunUntilConverged();
        for (var i = 0; i < 3; i++) Assert.Equal(["apple,bread,corn"], cluster.On(i).GetMap<string, string>("carts").GetAll("ann"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000)]
    public void Values_that_are_kept_as_bytes_are_merged_too(int length)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, byte[]>("carts"));
        var (here, there) = (cluster.On(0).GetMap<string, byte[]>("carts"), cluster.On(1).GetMap<string, byte[]>("carts"));
        cluster.WhileSplit(() =>
        {
            here.Set("ann", new byte[length]);
            there.Set("ann", new byte[length + 1]);
        });
        Assert.True(there.Update("ann", values => [.. values.SelectMany(v => v)]));
        cluster.RunUntilConverged();
        Assert.Equal((2 * length) + 1, Assert.Single(here.GetAll("ann")).Length);
    }

    [Fact]
    public void What_arrives_while_an_update_is_made_is_not_lost()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, string>("carts"));
        var (here, there) = (cluster.On(0).GetMap<string, string>("carts"), cluster.On(1).GetMap<string, string>("carts"));
        foreach (var name in new[] { "known", "new" })
        {
            if (name == "known") here.Set(name, "old");
            cluster.RunUntilConverged();
            var calls = 0;
            Assert.True(here.Update(name, values =>
            {
                if (calls++ == 0)
                {
                    there.Set(name, "arrived");
                    cluster.RunUntilConverged();
                }

                return string.Join(',', values.Append("mine"));
            }));
            Assert.Equal((2, "arrived,mine"), (calls, Assert.Single(here.GetAll(name))));
            cluster.RunUntilConverged();
            Assert.Equal(["arrived,mine"], there.GetAll(name));
        }
    }

    [Fact]
    public void What_is_written_or_removed_here_while_an_update_is_made_is_not_lost()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, string>("carts"));
        var map = cluster.On(0).GetMap<string, string>("carts");
        var steps = new Queue<Action>([() => map.Set("ann", "first"), () => map.Set("ann", "second"), () => map.Remove("ann"), () => { }]);
        Assert.True(map.Update("ann", values =>
        {
            steps.Dequeue()();
            return $"{values.Count}";
        }));
        Assert.Empty(steps);
        Assert.Equal(["0"], map.GetAll("ann"));
    }

    [Fact]
    public void An_update_that_gives_nothing_or_throws_writes_nothing()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, string>("carts"));
        var map = cluster.On(0).GetMap<string, string>("carts");
        Assert.False(map.Update("ann", _ => null));
        Assert.Throws<TimeoutException>(() => map.Update("ann", _ => throw new TimeoutException()));
        Assert.Throws<ArgumentNullException>(() => map.Update("ann", null!));
        Assert.Throws<ArgumentNullException>(() => map.Update(null!, _ => ""));
        Assert.Throws<ArgumentNullException>(() => map.GetAll(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Update("ann", _ => "", new() { Sliding = TimeSpan.Zero }));
        Assert.Empty(map);
    }

    [Fact]
    public void An_update_expires_as_it_says_and_reading_all_is_a_use()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, string>("carts", o => o.SlidingExpiration = TimeSpan.FromSeconds(2)));
        var (here, there) = (cluster.On(0).GetMap<string, string>("carts"), cluster.On(1).GetMap<string, string>("carts"));
        here.Update("sliding", _ => "a");
        here.Update("fixed", _ => "a", new() { TimeToLive = TimeSpan.FromSeconds(1), Sliding = Timeout.InfiniteTimeSpan });
        for (var i = 0; i < 5; i++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1.5));
            Assert.Equal(["a"], there.GetAll("sliding"));
        }

        Assert.Empty(here.GetAll("fixed"));
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Empty(here.GetAll("sliding"));
        Assert.Empty(there.GetAll("sliding"));
    }

    [Theory]
    [InlineData(MapEviction.None)]
    [InlineData(MapEviction.LeastRecentlyUsed)]
    public void An_update_keeps_the_maps_limits(MapEviction eviction)
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, string>("carts", o => (o.MaxEntries, o.Eviction) = (2, eviction)));
        var map = cluster.On(0).GetMap<string, string>("carts");
        Assert.True(map.Update("a", _ => "1"));
        Assert.True(map.Update("b", _ => "1"));
        Assert.True(map.Update("b", v => v[0] + "2"));
        if (eviction == MapEviction.None) Assert.Throws<MapFullException>(() => map.Update("c", _ => "1"));
        else Assert.True(map.Update("c", _ => "1"));
        Assert.Equal(2, map.Count);
        Assert.Equal(["12"], map.GetAll("b"));
    }

    [Fact]
    public async Task Updates_of_many_threads_are_all_counted()
    {
        await using var host = await Hosts.StartAsync(b => b.AddMap<string, int>("counts"));
        var map = host.Replica.GetMap<string, int>("counts");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++) map.Update($"{i % 3}", values => values.Sum() + 1);
        })));
        Assert.Equal(8000, map.Sum(e => e.Value));
    }

    private static bool Merge(IPeerReplica replica, string item) => replica.GetMap<string, string>("carts").Update(
        "ann", values => string.Join(',', values.SelectMany(v => v.Split(',')).Append(item).Distinct().Order(StringComparer.Ordinal)));
}
