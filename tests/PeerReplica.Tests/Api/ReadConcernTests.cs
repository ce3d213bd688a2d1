namespace PeerReplica.Tests.Api;

public sealed class ReadConcernTests
{
    [Fact]
    public void A_local_read_is_done_at_once()
    {
        using var cluster = WriteConcernTests.Objects(2);
        cluster.Isolate(0);
        cluster.On(0).GetCounter("sold").Add(2);
        long value = 0;
        var task = cluster.Begin(async () => value = await cluster.On(0).GetCounter("sold").GetAsync(ReadConcern.Local));
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(2, value);
    }

    [Fact]
    public void Every_kind_of_read_sees_what_peers_have_just_written()
    {
        using var cluster = WriteConcernTests.Objects(3);
        var (here, there) = (cluster.On(0), cluster.On(2));
        there.GetCounter("sold").Add(1);
        cluster.Run(async () => Assert.Equal(1, await here.GetCounter("sold").GetAsync(ReadConcern.All)));
        there.GetRegister<int>("register").Set(2);
        cluster.Run(async () => Assert.Equal(new(2), await here.GetRegister<int>("register").GetAsync(ReadConcern.All)));
        there.GetMultiValueRegister<int>("multi").Set(3);
        cluster.Run(async () => Assert.Equal([3], await here.GetMultiValueRegister<int>("multi").GetAsync(ReadConcern.All)));
        there.GetMap<int, int>("map").Set(1, 4);
        cluster.Run(async () => Assert.Equal(new(4), await here.GetMap<int, int>("map").GetAsync(1, ReadConcern.All)));
        cluster.Run(async () => Assert.Equal(default, await here.GetMap<int, int>("map").GetAsync(99, ReadConcern.All)));
        there.GetSet<int>("set").Add(5);
        cluster.Run(async () => Assert.True(await here.GetSet<int>("set").ContainsAsync(5, ReadConcern.Peers(2))));
        there.GetFlag("flag").Enable();
        cluster.Run(async () => Assert.True(await here.GetFlag("flag").GetAsync(ReadConcern.All)));
    }

    [Fact]
    public void A_majority_read_sees_a_majority_write()
    {
        using var cluster = WriteConcernTests.Objects(5);
        cluster.Isolate(0);
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(5, WriteConcern.Majority));
        cluster.Replicas[0].Crash();
        cluster.Run(async () => Assert.Equal(5, await cluster.On(4).GetCounter("sold").GetAsync(ReadConcern.Majority)));
    }

    [Fact]
    public void A_refresh_brings_in_everything()
    {
        using var cluster = WriteConcernTests.Objects(3);
        for (var i = 0; i < 1000; i++) cluster.On(1).GetMap<int, int>("map").Set(i, i);
        cluster.Run(() => cluster.On(0).RefreshAsync(ReadConcern.All));
        Assert.Equal(1000, cluster.On(0).GetMap<int, int>("map").Count);
    }

    [Fact]
    public void A_read_that_reaches_too_few_says_how_many_and_the_local_read_remains_possible()
    {
        using var cluster = WriteConcernTests.Objects(4, o => o.ConcernTimeout = TimeSpan.FromSeconds(2));
        cluster.On(0).GetCounter("sold").Add(3);
        cluster.Isolate(2);
        cluster.Isolate(3);
        var began = cluster.Now;
        ReadConcernException? failure = null;
        cluster.Run(async () => failure = await Assert.ThrowsAsync<ReadConcernException>(() => cluster.On(0).GetCounter("sold").GetAsync(ReadConcern.All)));
        Assert.Equal((4, 2), (failure!.Required, failure.Reached));
        Assert.Contains("Read locally", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), cluster.Now - began);
        Assert.Equal(3, cluster.On(0).GetCounter("sold").Value);
        cluster.Run(async () => Assert.Equal(3, await cluster.On(0).GetCounter("sold").GetAsync(ReadConcern.Peers(1))));
    }

    [Fact]
    public void A_read_may_have_a_time_limit_of_its_own_and_may_be_cancelled()
    {
        using var cluster = WriteConcernTests.Objects(2);
        cluster.Isolate(0);
        var began = cluster.Now;
        var concern = ReadConcern.Majority.WithTimeout(TimeSpan.FromMilliseconds(700));
        cluster.Run(() => Assert.ThrowsAsync<ReadConcernException>(() => cluster.On(0).RefreshAsync(concern)));
        Assert.Equal(TimeSpan.FromMilliseconds(700), cluster.Now - began);
        using var cancel = new CancellationTokenSource();
        var task = cluster.Begin(() => cluster.On(0).RefreshAsync(ReadConcern.All, cancel.Token));
        cancel.Cancel();
        cluster.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.True(task.IsCanceled);
    }

    [Fact]
    public void A_lone_replica_is_a_majority_and_all()
    {
        using var cluster = WriteConcernTests.Objects(1);
        cluster.Run(() => cluster.On(0).RefreshAsync(ReadConcern.Majority));
        cluster.Run(() => cluster.On(0).RefreshAsync(ReadConcern.All));
    }
}
