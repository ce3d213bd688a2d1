namespace PeerReplica.Tests.Api;

public sealed class SetTests
{
    [Fact]
    public void Adding_and_removing_tell_whether_the_set_changed()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddSet<string>("tokens"));
        var set = cluster.On(0).GetSet<string>("tokens");
        Assert.True(set.Add("a"));
        Assert.False(set.Add("a"));
        Assert.True(set.Add("b"));
        Assert.True(set.Contains("a"));
        Assert.Equal(2, set.Count);
        Assert.Equal(["a", "b"], set.Order(StringComparer.Ordinal));
        Assert.True(set.Remove("a"));
        Assert.False(set.Remove("a"));
        Assert.False(set.Remove("never there"));
        Assert.False(set.Contains("a"));
        Assert.Equal(["b"], set);
    }

    [Fact]
    public void Elements_and_their_removals_reach_the_other_replica()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<string>("tokens"));
        var (here, there) = (cluster.On(0).GetSet<string>("tokens"), cluster.On(1).GetSet<string>("tokens"));
        here.Add("a");
        there.Add("b");
        cluster.RunUntilConverged();
        Assert.Equal(["a", "b"], here.Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b"], there.Order(StringComparer.Ordinal));
        Assert.True(there.Remove("a"));
        cluster.RunUntilConverged();
        Assert.Equal(["b"], here);
    }

    [Fact]
    public void Adding_wins_over_removing_on_the_other_side_of_a_split()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<string>("tokens"));
        var (here, there) = (cluster.On(0).GetSet<string>("tokens"), cluster.On(1).GetSet<string>("tokens"));
        here.Add("a");
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            Assert.False(here.Add("a"));
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            Assert.True(there.Remove("a"));
        });
        Assert.True(here.Contains("a"));
        Assert.True(there.Contains("a"));
    }

    [Fact]
    public void A_removal_that_saw_the_addition_removes_it_everywhere()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddSet<string>("tokens"));
        cluster.On(0).GetSet<string>("tokens").Add("a");
        cluster.RunUntilConverged();
        cluster.On(2).GetSet<string>("tokens").Remove("a");
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Empty(r.Replica.GetSet<string>("tokens")));
    }

    [Fact]
    public void Clearing_removes_only_what_it_has_seen()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<int>("numbers"));
        var (here, there) = (cluster.On(0).GetSet<int>("numbers"), cluster.On(1).GetSet<int>("numbers"));
        for (var i = 0; i < 10; i++) here.Add(i);
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            here.Add(99);
            there.Clear();
            Assert.Equal(0, there.Count);
        });
        Assert.Equal([99], here);
        Assert.Equal([99], there);
    }

    [Fact]
    public void An_element_can_return_after_its_removal_was_collected()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<string>("tokens"));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(cluster.On(0).GetSet<string>("tokens").Add("a"));
            cluster.RunUntilConverged();
            Assert.True(cluster.On(1).GetSet<string>("tokens").Remove("a"));
            cluster.RunFor(TimeSpan.FromSeconds(30));
            Assert.False(cluster.On(0).GetSet<string>("tokens").Contains("a"));
        }
    }

    [Fact]
    public void A_watcher_hears_of_additions_and_removals()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<string>("tokens"));
        cluster.On(0).GetSet<string>("tokens").Add("before");
        using var watching = Watching<SetChange<string>>.Start(cluster, ct => cluster.On(1).GetSet<string>("tokens").WatchAsync(WatchStart.Changes, ct));
        cluster.RunUntilConverged();
        watching.Seen.Clear();
        cluster.On(0).GetSet<string>("tokens").Add("a");
        cluster.RunUntilConverged();
        cluster.On(1).GetSet<string>("tokens").Remove("a");
        cluster.RunUntilConverged();
        Assert.Equal([new(SetChangeKind.Added, "a"), new(SetChangeKind.Removed, "a")], watching.Seen);
    }

    [Fact]
    public void A_watcher_that_falls_behind_by_more_than_its_capacity_is_told_to_begin_anew_and_goes_on()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddSet<int>("numbers"), o => o.WatchCapacity = 16);
        var set = cluster.On(0).GetSet<int>("numbers");
        using var watching = Watching<SetChange<int>>.Start(cluster, ct => set.WatchAsync(WatchStart.Changes, ct));
        for (var i = 0; i < 17; i++) set.Add(i);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([new(SetChangeKind.Reset, 0)], watching.Seen);
        set.Add(100);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new SetChange<int>(SetChangeKind.Added, 100), watching.Seen[^1]);
    }
}
