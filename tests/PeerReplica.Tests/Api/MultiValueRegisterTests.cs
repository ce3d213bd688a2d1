namespace PeerReplica.Tests.Api;

public sealed class MultiValueRegisterTests
{
    [Fact]
    public void A_lone_replica_sees_one_value_at_a_time()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMultiValueRegister<string>("title"));
        var title = cluster.On(0).GetMultiValueRegister<string>("title");
        Assert.Empty(title.Values);
        Assert.False(title.Clear());
        title.Set("a");
        Assert.Equal(["a"], title.Values);
        title.Set("b");
        Assert.Equal(["b"], title.Values);
        Assert.True(title.Clear());
        Assert.Empty(title.Values);
    }

    [Fact]
    public void Writes_on_both_sides_of_a_split_are_both_shown_newest_first()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMultiValueRegister<string>("title"));
        cluster.On(0).GetMultiValueRegister<string>("title").Set("before");
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetMultiValueRegister<string>("title").Set("earlier");
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(1).GetMultiValueRegister<string>("title").Set("later");
        });
        Assert.All(cluster.Replicas, r => Assert.Equal(["later", "earlier"], r.Replica.GetMultiValueRegister<string>("title").Values));
    }

    [Fact]
    public void The_next_write_replaces_all_values_that_it_has_seen()
    {
        using var cluster = Split(out var here, out var there);
        there.Set("settled");
        Assert.Equal(["settled"], there.Values);
        cluster.RunUntilConverged();
        Assert.Equal(["settled"], here.Values);
    }

    [Fact]
    public void Clearing_removes_only_what_it_has_seen()
    {
        using var cluster = Split(out var here, out var there);
        cluster.WhileSplit(() =>
        {
            here.Set("unseen");
            Assert.True(there.Clear());
            Assert.Empty(there.Values);
        });
        Assert.Equal(["unseen"], here.Values);
        Assert.Equal(["unseen"], there.Values);
    }

    [Fact]
    public void A_watcher_is_told_of_a_conflict_though_the_winner_stays_the_same()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMultiValueRegister<string>("title"));
        using var watching = Watching<IReadOnlyList<string>>.Start(cluster, cluster.On(1).GetMultiValueRegister<string>("title").WatchAsync);
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetMultiValueRegister<string>("title").Set("loser");
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(1).GetMultiValueRegister<string>("title").Set("winner");
        });
        Assert.Equal<IReadOnlyList<string>>([[], ["winner"], ["winner", "loser"]], watching.Seen);
    }

    private static Testing.SimulatedCluster Split(out IMultiValueRegister<string> here, out IMultiValueRegister<string> there)
    {
        var cluster = Simulated.Cluster(2, b => b.AddMultiValueRegister<string>("title"));
        var (a, b) = (cluster.On(0).GetMultiValueRegister<string>("title"), cluster.On(1).GetMultiValueRegister<string>("title"));
        cluster.WhileSplit(() =>
        {
            a.Set("left");
            b.Set("right");
        });
        Assert.Equal(2, a.Values.Count);
        (here, there) = (a, b);
        return cluster;
    }
}
