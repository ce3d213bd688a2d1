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
        cluster.Run(() => here.GetMap<int, int>("map").SetAsync(5, 6, TimeSpan.FromHours(1), all));
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
            Assert.False(r.Replica.GetRegister<int>("register").TryGetValue(out _));
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
        Assert.Throws<ArgumentOutOfRangeException>(() => WriteConcern.All.WithTimeout(TimeSpan.MinValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => WriteConcern.Peers(int.MinValue));
        Assert.Equal(WriteConcern.Local, default);
        Assert.Equal(ReadConcern.Local, default);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 1)]
    public void As_many_peers_as_can_be_written_are_waited_for_and_not_counted_round(int peers)
    {
        using var cluster = Objects(3);
        var e = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Peers(peers)));
        Assert.Equal((int.MaxValue, 3), (e.Required, e.Reached));
        cluster.Run(async () =>
        {
            var read = await Assert.ThrowsAsync<ReadConcernException>(() => cluster.On(0).GetCounter("sold").GetAsync(ReadConcern.Peers(peers)));
            Assert.Equal((int.MaxValue, 3), (read.Required, read.Reached));
        });
    }

    [Fact]
    public void Times_without_a_limit_are_waited_out_and_never_fail_after_the_write()
    {
        using var cluster = Objects(2);
        cluster.Isolate(0);
        TimeSpan[] times = [TimeSpan.MaxValue, Timeout.InfiniteTimeSpan, TimeSpan.FromDays(60)];
        var waiting = new List<Task>();
        foreach (var time in times)
        {
            waiting.Add(cluster.Begin(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All.WithTimeout(time))));
            waiting.Add(cluster.Begin(() => cluster.On(0).GetCounter("sold").GetAsync(ReadConcern.All.WithTimeout(time))));
        }

        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        cluster.Network.RestoreAll();
        cluster.RunUntil(() => waiting.TrueForAll(w => w.IsCompletedSuccessfully), TimeSpan.FromSeconds(30));
        Assert.Equal(3, cluster.On(1).GetCounter("sold").Value);
    }

    [Fact]
    public void A_token_that_is_canceled_already_keeps_every_call_from_writing()
    {
        using var cluster = Objects(1);
        var here = cluster.On(0);
        here.GetSet<int>("set").Add(1);
        here.GetMap<int, int>("map").Set(1, 1);
        here.GetRegister<int>("register").Set(1);
        here.GetMultiValueRegister<int>("multi").Set(1);
        here.GetFlag("flag").Enable();
        var canceled = new CancellationToken(canceled: true);
        foreach (var concern in new[] { WriteConcern.Local, WriteConcern.All })
        {
            Func<Task>[] writes =
            [
                () => here.GetCounter("sold").AddAsync(1, concern, canceled),
                () => here.GetRegister<int>("register").SetAsync(2, concern, canceled),
                () => here.GetRegister<int>("register").ClearAsync(concern, canceled),
                () => here.GetMultiValueRegister<int>("multi").SetAsync(2, concern, canceled),
                () => here.GetMultiValueRegister<int>("multi").ClearAsync(concern, canceled),
                () => here.GetMap<int, int>("map").SetAsync(1, 2, concern, canceled),
                () => here.GetMap<int, int>("map").RemoveAsync(1, concern, canceled),
                () => here.GetSet<int>("set").AddAsync(2, concern, canceled),
                () => here.GetSet<int>("set").RemoveAsync(1, concern, canceled),
                () => here.GetFlag("flag").SetAsync(false, concern, canceled),
                () => here.FlushAsync(concern, canceled),
            ];
            foreach (var write in writes) cluster.Run(() => Assert.ThrowsAnyAsync<OperationCanceledException>(write));
        }

        Assert.Equal(0, here.GetCounter("sold").Value);
        Assert.Equal(1, here.GetRegister<int>("register").Value);
        Assert.Equal([1], here.GetMultiValueRegister<int>("multi").Values);
        Assert.Equal([new(1, 1)], here.GetMap<int, int>("map"));
        Assert.Equal([1], here.GetSet<int>("set"));
        Assert.True(here.GetFlag("flag").IsEnabled);
    }

    [Theory]
    [InlineData("majority")]
    [InlineData("all")]
    public void Right_after_the_start_a_replica_is_no_majority_by_itself(string kind)
    {
        var concern = kind == "majority" ? WriteConcern.Majority : WriteConcern.All;
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 3 }, b => b.AddCounter("sold"));
        var write = cluster.Begin(() => cluster.On(0).GetCounter("sold").AddAsync(1, concern));
        Assert.False(write.IsCompleted);
        cluster.RunUntil(() => write.IsCompleted);
        Assert.True(write.IsCompletedSuccessfully);
        Assert.InRange(cluster.Replicas.Count(r => r.Replica.GetCounter("sold").Value == 1), 2, 3);
    }

    [Fact]
    public void A_majority_is_of_as_many_replicas_as_are_expected()
    {
        using var cluster = Objects(2, o => o.ExpectedReplicas = 5);
        var e = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Majority));
        Assert.Equal((3, 2, 2), (e.Required, e.Reached, e.Members.Count));
        Assert.Contains("3 of ExpectedReplicas that never appeared", e.Message, StringComparison.Ordinal);
        cluster.Add();
        cluster.RunUntilMeshed();
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Majority));
        var all = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All));
        Assert.Equal((5, 3), (all.Required, all.Reached));
    }

    [Fact]
    public void A_crashed_run_counts_until_its_instance_is_back_and_the_message_names_it()
    {
        using var cluster = Objects(3, o => o.PeerTimeout = TimeSpan.FromSeconds(4));
        var crashed = cluster.On(2).Self;
        cluster.Replicas[2].Crash();
        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var e = Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Majority));
        Assert.Equal((2, 1), (e.Required, e.Reached));
        var member = Assert.Single(e.Members, m => m.Replica.Id == crashed.Id);
        Assert.Equal((PeerState.Unreachable, false), (member.State, member.HasConfirmed));
        Assert.Contains("node-2", e.Message, StringComparison.Ordinal);
        Assert.Contains("ForgetAsync", e.Message, StringComparison.Ordinal);

        // Back under their names, three runs and the two before them are three replicas, before those two are forgotten.
        cluster.Replicas[1].Start();
        cluster.Replicas[2].Start();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(4, cluster.On(0).Peers.Count);
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_run_that_will_not_return_counts_no_more_once_it_is_declared_dead()
    {
        using var cluster = Objects(2);
        var dead = cluster.On(1).Self.Id;
        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Fails(cluster, () => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.Majority));
        cluster.Run(() => cluster.On(0).ForgetAsync(dead));
        cluster.Run(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All));
    }

    [Fact]
    public void All_does_not_wait_for_a_replica_that_leaves_meanwhile()
    {
        using var cluster = Objects(3, o => o.ConcernTimeout = TimeSpan.FromMinutes(1));
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[2]);
        var write = cluster.Begin(() => cluster.On(0).GetCounter("sold").AddAsync(1, WriteConcern.All));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(write.IsCompleted);
        var gone = cluster.On(2).Self.Id;
        cluster.Run(() => cluster.On(0).ForgetAsync(gone));
        cluster.RunUntil(() => write.IsCompleted, TimeSpan.FromSeconds(2));
        Assert.True(write.IsCompletedSuccessfully);
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
