namespace PeerReplica.Tests.Api;

public sealed class FlagTests
{
    [Fact]
    public void A_flag_tells_whether_it_changed()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddFlag("open"));
        var flag = cluster.On(0).GetFlag("open");
        Assert.False(flag.IsEnabled);
        Assert.False(flag.Disable());
        Assert.True(flag.Enable());
        Assert.False(flag.Enable());
        Assert.True(flag.IsEnabled);
        Assert.True(flag.Disable());
        Assert.False(flag.IsEnabled);
    }

    [Fact]
    public void Both_states_reach_the_other_replica()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddFlag("open"));
        cluster.On(0).GetFlag("open").Enable();
        cluster.RunUntilConverged();
        Assert.True(cluster.On(1).GetFlag("open").IsEnabled);
        cluster.On(1).GetFlag("open").Disable();
        cluster.RunUntilConverged();
        Assert.False(cluster.On(0).GetFlag("open").IsEnabled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Enabling_wins_over_disabling_on_the_other_side_of_a_split(bool enableFirst)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddFlag("open"));
        var (here, there) = (cluster.On(0).GetFlag("open"), cluster.On(1).GetFlag("open"));
        here.Enable();
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            if (enableFirst) here.Enable();
            else there.Disable();
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            if (enableFirst) there.Disable();
            else here.Enable();
        });
        Assert.True(here.IsEnabled);
        Assert.True(there.IsEnabled);
    }

    [Fact]
    public void A_watcher_gets_the_state_now_then_changes()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddFlag("open"));
        using var watching = Watching<bool>.Start(cluster, cluster.On(1).GetFlag("open").WatchAsync);
        cluster.On(0).GetFlag("open").Enable();
        cluster.RunUntilConverged();
        cluster.On(0).GetFlag("open").Disable();
        cluster.RunUntilConverged();
        Assert.Equal([false, true, false], watching.Seen);
    }
}
