namespace PeerReplica.Tests.Api;

public sealed class CounterTests
{
    [Fact]
    public void A_counter_begins_at_zero_and_counts_both_ways()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("sold"));
        var counter = cluster.On(0).GetCounter("sold");
        Assert.Equal(0, counter.Value);
        counter.Add(10);
        counter.Increment();
        counter.Decrement();
        counter.Decrement();
        counter.Add(-20);
        Assert.Equal(-11, counter.Value);
        Assert.Equal("sold", counter.Name);
    }

    [Fact]
    public void Additions_on_every_replica_add_up_everywhere()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddCounter("sold"));
        for (var i = 0; i < 3; i++) cluster.On(i).GetCounter("sold").Add(i + 1);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(6, r.Replica.GetCounter("sold").Value));
    }

    [Fact]
    public void Additions_on_both_sides_of_a_split_are_all_kept()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        cluster.On(0).GetCounter("sold").Add(100);
        cluster.RunUntilConverged();
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetCounter("sold").Add(5);
            cluster.On(1).GetCounter("sold").Add(-7);
        });
        Assert.Equal(98, cluster.On(0).GetCounter("sold").Value);
        Assert.Equal(98, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void A_sum_over_replicas_past_the_greatest_value_reads_the_greatest_value_everywhere()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddCounter("sold"));
        cluster.On(0).GetCounter("sold").Add(long.MaxValue);
        cluster.On(1).GetCounter("sold").Add(long.MaxValue);
        cluster.On(2).GetCounter("sold").Add(5);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(long.MaxValue, r.Replica.GetCounter("sold").Value));
        Assert.All(cluster.Replicas, r => Assert.Equal(ReplicaState.Running, r.Replica.State));
        cluster.On(0).GetCounter("sold").Add(-long.MaxValue);
        cluster.On(2).GetCounter("sold").Add(-7);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(long.MaxValue - 2, r.Replica.GetCounter("sold").Value));
    }

    [Fact]
    public void A_sum_over_replicas_below_the_least_value_reads_the_least_value_everywhere()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        using var watching = Watching<long>.Start(cluster, cluster.On(1).GetCounter("sold").WatchAsync);
        cluster.On(0).GetCounter("sold").Add(long.MinValue);
        cluster.On(1).GetCounter("sold").Decrement();
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(long.MinValue, r.Replica.GetCounter("sold").Value));
        Assert.Equal(long.MinValue, watching.Seen[^1]);
    }

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue - 5, 6)]
    [InlineData(1L << 62, 1L << 62)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MinValue, -1)]
    [InlineData(-1, long.MinValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void An_addition_that_overflows_what_a_replica_has_added_is_refused_and_adds_nothing(long first, long second)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        var counter = cluster.On(0).GetCounter("sold");
        counter.Add(first);
        var e = Assert.Throws<OverflowException>(() => counter.Add(second));
        Assert.Contains("'sold'", e.Message, StringComparison.Ordinal);
        Assert.IsType<OverflowException>(Record.Exception(() => counter.AddAsync(second, WriteConcern.Peers(1)).GetAwaiter().GetResult()));
        Assert.Equal(first, counter.Value);
        counter.Add(-(second >> 1));
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(first - (second >> 1), r.Replica.GetCounter("sold").Value));
    }

    [Fact]
    public void What_a_crashed_replica_had_sent_stays_counted()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        cluster.On(1).GetCounter("sold").Add(7);
        cluster.RunUntilConverged();
        cluster.Replicas[1].Crash();
        cluster.On(0).GetCounter("sold").Add(1);
        cluster.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(8, cluster.On(0).GetCounter("sold").Value);
        cluster.Replicas[1].Start();
        cluster.RunUntilMeshed();
        Assert.Equal(8, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void A_watcher_gets_the_value_now_then_changes_from_here_and_elsewhere()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddCounter("sold"));
        var counter = cluster.On(0).GetCounter("sold");
        counter.Add(3);
        using var watching = Watching<long>.Start(cluster, counter.WatchAsync);
        Assert.Equal([3], watching.Seen);
        counter.Add(1);
        cluster.RunUntilConverged();
        cluster.On(1).GetCounter("sold").Add(10);
        cluster.RunUntilConverged();
        Assert.Equal([3, 4, 14], watching.Seen);
    }

    [Fact]
    public void A_slow_watcher_gets_the_latest_value_and_not_all_between()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("sold"));
        var counter = cluster.On(0).GetCounter("sold");
        using var watching = Watching<long>.Start(cluster, counter.WatchAsync);
        for (var i = 0; i < 1000; i++) counter.Increment();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1000], watching.Seen);
    }

    [Fact]
    public void Cancelling_ends_a_watch()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("sold"));
        using var watching = Watching<long>.Start(cluster, cluster.On(0).GetCounter("sold").WatchAsync);
        watching.Cancel();
        cluster.RunFor(TimeSpan.FromMilliseconds(10));
        Assert.True(watching.Reading.IsCanceled);
    }
}
