namespace PeerReplica.Tests.Api;

public sealed class RegisterTests
{
    [Fact]
    public void An_unset_register_has_no_value()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddRegister<string>("banner").AddRegister<int>("level"));
        var banner = cluster.On(0).GetRegister<string>("banner");
        Assert.False(banner.TryGetValue(out var value));
        Assert.Null(value);
        Assert.Null(banner.Value);
        Assert.Equal(0, cluster.On(0).GetRegister<int>("level").Value);
        Assert.False(banner.Clear());
    }

    [Fact]
    public void A_register_holds_its_latest_value_until_it_is_cleared()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<string>("banner"));
        var here = cluster.On(0).GetRegister<string>("banner");
        var there = cluster.On(1).GetRegister<string>("banner");
        here.Set("first");
        here.Set("second");
        Assert.Equal("second", here.Value);
        cluster.RunUntilConverged();
        Assert.True(there.TryGetValue(out var value));
        Assert.Equal("second", value);
        Assert.True(there.Clear());
        Assert.Null(there.Value);
        cluster.RunUntilConverged();
        Assert.False(here.TryGetValue(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Of_writes_on_both_sides_of_a_split_the_later_wins_everywhere(int later)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<string>("banner"));
        cluster.WhileSplit(() =>
        {
            cluster.On(1 - later).GetRegister<string>("banner").Set("earlier");
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(later).GetRegister<string>("banner").Set("later");
        });
        Assert.Equal("later", cluster.On(0).GetRegister<string>("banner").Value);
        Assert.Equal("later", cluster.On(1).GetRegister<string>("banner").Value);
    }

    [Fact]
    public void Writes_at_the_same_moment_end_in_the_same_winner_everywhere()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<string>("banner"));
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetRegister<string>("banner").Set("zero");
            cluster.On(1).GetRegister<string>("banner").Set("one");
        });
        var winner = cluster.On(0).GetRegister<string>("banner").Value;
        Assert.Contains(winner, new[] { "zero", "one" });
        Assert.Equal(winner, cluster.On(1).GetRegister<string>("banner").Value);
    }

    [Fact]
    public void A_write_that_the_clearing_replica_had_not_seen_survives()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<string>("banner"));
        cluster.On(0).GetRegister<string>("banner").Set("old");
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetRegister<string>("banner").Set("unseen");
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(1).GetRegister<string>("banner").Clear();
        });
        Assert.Equal("unseen", cluster.On(0).GetRegister<string>("banner").Value);
        Assert.Equal("unseen", cluster.On(1).GetRegister<string>("banner").Value);
    }

    [Fact]
    public void A_write_after_seeing_another_wins_though_its_clock_is_behind()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<string>("banner"));
        cluster.Replicas[1].ClockOffset = TimeSpan.FromSeconds(-5);
        cluster.On(0).GetRegister<string>("banner").Set("seen");
        cluster.RunUntilConverged();
        cluster.On(1).GetRegister<string>("banner").Set("newer");
        cluster.RunUntilConverged();
        Assert.Equal("newer", cluster.On(0).GetRegister<string>("banner").Value);
    }

    [Fact]
    public void A_watcher_gets_the_value_now_then_every_change_also_the_clearing()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<string>("banner"));
        using var watching = Watching<string?>.Start(cluster, cluster.On(0).GetRegister<string>("banner").WatchAsync);
        cluster.On(1).GetRegister<string>("banner").Set("a");
        cluster.RunUntilConverged();
        cluster.On(0).GetRegister<string>("banner").Set("b");
        cluster.RunUntilConverged();
        cluster.On(1).GetRegister<string>("banner").Clear();
        cluster.RunUntilConverged();
        Assert.Equal([null, "a", "b", null], watching.Seen);
    }

    [Fact]
    public void A_byte_array_is_captured_at_the_write()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<byte[]>("banner"));
        byte[] bytes = [1, 2, 3];
        cluster.On(0).GetRegister<byte[]>("banner").Set(bytes);
        bytes[0] = 99;
        Assert.Equal([1, 2, 3], cluster.On(0).GetRegister<byte[]>("banner").Value!);
        cluster.RunUntilConverged();
        Assert.Equal([1, 2, 3], cluster.On(1).GetRegister<byte[]>("banner").Value!);
    }
}
