using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

public sealed class WriteConcernTests
{
    [Fact]
    public void A_local_write_is_done_at_once()
    {
        using var cluster = Objects(3);
        cluster.Isolate(0);
        var task = cluster.Begin(() => cluster.On(0).GetCounter("sold").AddAsync(5, WriteConcern.Local));
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(5, cluster.On(0).GetCounter("sold").Value);
    }

    [Theory]
    [InlineData("peers")]
    [InlineData("majority")]
    [InlineData("all")]
    public void When_a_write_returns_as_many_replicas_hold_it_as_were_asked_for(string kind)
    {
        using var cluster = Objects(5);
        var (concern, required) = kind switch
        {
            "peers" => (WriteConcern.Peers(3), 4),
            "majority" => (WriteConcern.Majority, 3),
            _ => (WriteConcern.All, 5),
        };
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(5, concern));
        Assert.InRange(cluster.Replicas.Count(r => r.Replica.GetCounter("sold").Value == 5), required, 5);
    }

    [Fact]
    public void Every_kind_of_write_can_ask_for_all()
    {
        using var cluster = Objects(3);
        var here = cluster.On(0);
        var all = WriteConcern.All;
        cluster.Run(() => here.GetRegister<int>("register").SetAsync(1, all));
        cluster.Run(() => here.GetMultiValueRegister<int>("multi").SetAsync(2, all));
        cluster.Run(() => here.GetMap<int, int>("map").SetAsync(3, 4, all));
        cluster.Run(() => here.GetMap<int, int>("map").SetAsync(5, 6, all, TimeSpan.FromHours(1)));
        cluster.Run(async () => Assert.True(await here.GetSet<int>("set").AddAsync(5, all)));
        cluster.Run(async () => Assert.False(await here.GetSet<int>("set").AddAsync(5, all)));
        cluster.Run(() => here.GetFlag("flag").SetAsync(true, all));
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal(1, r.Replica.GetRegister<int>("register").Value);
            Assert.Equal([2], r.Replica.GetMultiValueRegister<int>("multi").Values);
            Assert.Equal([new(3, 4), new(5, 6)], r.Replica.GetMap<int, int>("map").OrderBy(e => e.Key));
            Assert.Equal([5], r.Replica.GetSet<int>("set"));
            Assert.True(r.Replica.GetFlag("flag").IsEnabled);
        });
        cluster.Run(async () => Assert.True(await here.GetRegister<int>("register").ClearAsync(all)));
        cluster.Run(async () => Assert.False(await here.GetRegister<int>("register").ClearAsync(all)));
        cluster.Run(async () => Assert.True(await here.GetMultiValueRegister<int>("multi").ClearAsync(all)));
        cluster.Run(async () => Assert.True(await here.GetMap<int, int>("map").RemoveAsync(3, all)));
        cluster.Run(async () => Assert.False(await here.GetMap<int, int>("map").RemoveAsync(3, all)));
        cluster.Run(async () => Assert.True(await here.GetSet<int>("set").RemoveAsync(5, all)));
        cluster.Run(() => here.GetFlag("flag").SetAsync(false, all));
        Assert.All(cluster.Replicas, r =>
        {
            Assert.False(r.Replica.GetRegister<int>("register").TryGet(out _));
            Assert.Empty(r.Replica.GetMultiValueRegister<int>("multi").Values);
            Assert.Equal([new(5, 6)], r.Replica.GetMap<int, int>("map"));
            Assert.Empty(r.Replica.GetSet<int>("set"));
            Assert.False(r.Replica.GetFlag("flag").IsEnabled);
        });
    }

    [Fact]
    public void Flushing_waits_for_every_write_made_so_far()
    {
        using var cluster = Objects(3);
        for (var i = 0; i < 100; i++) cluster.On(0).GetMap<int, int>("map").Set(i, i);
        cluster.On(0).GetCounter("sold").Add(1);
        cluster.Run(() => cluster.On(0).FlushAsync(WriteConcern.All));
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal(100, r.Replica.GetMap<int, int>("map").Count);
            Assert.Equal(1, r.Replica.GetCounter("sold").Value);
        });
    }

    [Fact]
    public void A_lone_replica_is_a_majority_and_all()
    {
        using var cluster = Objects(1);
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Majority));
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All));
        Assert.Equal(2, cluster.On(0).GetCounter("sold").Value);
    }

    [Fact]
    public void A_majority_is_reached_without_a_minority()
    {
        using var cluster = Objects(5);
        cluster.Isolate(3);
        cluster.Isolate(4);
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(5, WriteConcern.Majority));
        Assert.Equal(5, cluster.On(1).GetCounter("sold").Value);
        Assert.Equal(0, cluster.On(4).GetCounter("sold").Value);
    }

    [Fact]
    public void A_majority_that_is_not_reached_says_how_many_were_and_the_write_stays_and_spreads()
    {
        using var cluster = Objects(5);
        cluster.Isolate(0);
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[2]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[3]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[4]);
        var e = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(5, WriteConcern.Majority));
        Assert.Equal((3, 2), (e.Required, e.Reached));
        Assert.Contains("2 of 3", e.Message, StringComparison.Ordinal);
        Assert.Contains("do not repeat it", e.Message, StringComparison.Ordinal);
        Assert.Equal(5, cluster.On(0).GetCounter("sold").Value);
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        Assert.Equal(5, cluster.On(4).GetCounter("sold").Value);
    }

    [Fact]
    public void All_counts_members_that_cannot_be_reached()
    {
        using var cluster = Objects(3);
        cluster.Isolate(2);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        var e = Fails(cluster, () => cluster.On(0).GetMap<int, int>("map").SetAsync(1, 1, WriteConcern.All));
        Assert.Equal((3, 2), (e.Required, e.Reached));
        Assert.True(cluster.On(0).GetMap<int, int>("map").ContainsKey(1));
        Assert.True(cluster.On(1).GetMap<int, int>("map").ContainsKey(1));
    }

    [Fact]
    public void All_does_not_count_a_replica_that_stopped_in_good_order()
    {
        using var cluster = Objects(3);
        cluster.Replicas[2].Stop();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All));
        Assert.Equal(1, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void More_peers_than_there_are_cannot_confirm()
    {
        using var cluster = Objects(3);
        var e = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Peers(7)));
        Assert.Equal((8, 3), (e.Required, e.Reached));
    }

    [Fact]
    public void The_default_time_limit_is_the_option()
    {
        using var cluster = Objects(2, o => o.ConcernTimeout = TimeSpan.FromSeconds(2.5));
        cluster.Isolate(0);
        var began = cluster.Now;
        var e = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All));
        Assert.Equal(TimeSpan.FromSeconds(2.5), cluster.Now - began);
        Assert.Contains("2500 ms", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_concern_may_have_a_time_limit_of_its_own()
    {
        using var cluster = Objects(2);
        cluster.Isolate(0);
        var began = cluster.Now;
        var concern = WriteConcern.All.WithTimeout(TimeSpan.FromMilliseconds(300));
        Assert.Equal(TimeSpan.FromMilliseconds(300), concern.Timeout);
        Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, concern));
        Assert.Equal(TimeSpan.FromMilliseconds(300), cluster.Now - began);
    }

    [Fact]
    public void A_concern_is_met_when_the_peer_returns_in_time()
    {
        using var cluster = Objects(2, o => o.ConcernTimeout = TimeSpan.FromMinutes(1));
        cluster.Isolate(0);
        var task = cluster.Begin(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Peers(1)));
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(task.IsCompleted);
        cluster.Network.RestoreAll();
        cluster.RunUntil(() => task.IsCompleted, TimeSpan.FromSeconds(30));
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(1, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void Cancelling_ends_the_waiting_and_leaves_the_write()
    {
        using var cluster = Objects(2);
        cluster.Isolate(0);
        using var cancel = new CancellationTokenSource();
        var task = cluster.Begin(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All, cancel.Token));
        cluster.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.False(task.IsCompleted);
        cancel.Cancel();
        cluster.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.True(task.IsCanceled);
        Assert.Equal(1, cluster.On(0).GetCounter("sold").Value);
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        Assert.Equal(1, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void Counts_and_times_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WriteConcern.Peers(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadConcern.Peers(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WriteConcern.All.WithTimeout(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadConcern.All.WithTimeout(TimeSpan.FromSeconds(-1)));
        Assert.Equal(WriteConcern.Local, default);
        Assert.Equal(ReadConcern.Local, default);
    }

    internal static SimulatedCluster Objects(int replicas, Action<PeerReplicaOptions>? configure = null) => Simulated.Cluster(
        replicas,
        b => b.AddCounter("sold").AddRegister<int>("register").AddMultiValueRegister<int>("multi").AddMap<int, int>("map").AddSet<int>("set").AddFlag("flag"),
        configure);

    private static WriteConcernException Fails(SimulatedCluster cluster, Func<Task> write)
    {
        WriteConcernException? failure = null;
        cluster.Run(async () => failure = await Assert.ThrowsAsync<WriteConcernException>(write));
        return failure!;
    }
}
