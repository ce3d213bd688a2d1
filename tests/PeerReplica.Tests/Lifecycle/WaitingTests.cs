namespace PeerReplica.Tests.Lifecycle;

/// <summary>Who waits hears of the end: first synchronization, watches, takes.</summary>
public sealed class WaitingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(Stage.Stopped)]
    [InlineData(Stage.FailedStart)]
    [InlineData(Stage.Faulted)]
    [InlineData(Stage.Disposed)]
    public async Task A_replica_that_will_never_be_synchronized_says_so(Stage stage)
    {
        await using var staged = await StagedReplica.AtAsync(stage);
        var e = await Assert.ThrowsAsync<ReplicaNotRunningException>(() => staged.Node.WaitUntilSyncedAsync(CancellationToken.None).WaitAsync(s_patience));
        Assert.Equal(staged.Node.State, e.State);
        Assert.Equal(staged.Node.State == ReplicaState.Faulted, e.InnerException is not null);
    }

    [Fact]
    public async Task Who_waits_before_a_start_that_fails_hears_of_it()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.BeforeStart);
        var node = staged.Replica;
        Task[] waiting =
        [
            node.WaitUntilSyncedAsync(), node.GetCounter("counter").AddAsync(1, WriteConcern.Peers(1)), node.GetCounter("counter").GetAsync(ReadConcern.Majority),
            node.GetBoundedCounter("bounded").GrantAsync(1), node.GetPool<string>("pool").TakeAsync("a", s_patience), node.GetContentHashAsync(),
        ];
        var taken = node.GetBoundedCounter("bounded").TakeAsync(1, Timeout.InfiniteTimeSpan);
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => staged.Node.StartAsync(new CancellationToken(canceled: true)));
        foreach (var task in waiting) await Assert.ThrowsAsync<ReplicaNotRunningException>(() => task.WaitAsync(s_patience));
        Assert.False(await taken.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Who_waits_for_a_replica_that_is_stopped_before_its_start_hears_of_it()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.BeforeStart);
        var node = staged.Replica;
        var synced = node.WaitUntilSyncedAsync();
        var watched = EndAsync(node.GetCounter("counter").WatchAsync());
        await staged.Node.StopAsync(CancellationToken.None);
        await Assert.ThrowsAsync<ReplicaNotRunningException>(() => synced.WaitAsync(s_patience));
        Assert.Equal([0], await watched.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Watches_end_with_a_stop_after_the_last_change()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.BeforeStart);
        staged.LetStart();
        await staged.Node.StartAsync(CancellationToken.None);
        var node = staged.Replica;
        var values = EndAsync(node.GetCounter("counter").WatchAsync());
        var keys = EndAsync(node.GetMap<string, int>("map").WatchAsync());
        Task[] others =
        [
            EndAsync(node.WatchPeersAsync()), EndAsync(node.GetSet<int>("set").WatchAsync()), EndAsync(node.GetRegister<int>("register").WatchAsync()),
            EndAsync(node.GetMultiValueRegister<int>("multi").WatchAsync()), EndAsync(node.GetFlag("flag").WatchAsync()), EndAsync(node.GetPresence<int>("presence").WatchAsync()),
            EndAsync(node.GetBoundedCounter("bounded").WatchAsync()), EndAsync(node.GetPool<string>("pool").WatchAsync()),
        ];
        node.GetCounter("counter").Add(3);
        node.GetMap<string, int>("map").Set("k", 1);
        await staged.Node.StopAsync(CancellationToken.None);
        Assert.Equal(3, (await values.WaitAsync(s_patience))[^1]);
        Assert.Equal("k", (await keys.WaitAsync(s_patience)).Single().Key);
        await Task.WhenAll(others).WaitAsync(s_patience);
    }

    [Fact]
    public async Task Watches_fail_with_a_fault_and_say_why()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.BeforeStart);
        staged.LetStart();
        await staged.Node.StartAsync(CancellationToken.None);
        var node = staged.Replica;
        Task[] watches = [EndAsync(node.WatchPeersAsync()), EndAsync(node.GetMap<string, int>("map").WatchAsync()), EndAsync(node.GetCounter("counter").WatchAsync())];
        staged.Node.Host.Locked(static (_, _) => throw new InvalidOperationException("planted"), drain: false);
        foreach (var watch in watches)
        {
            var e = await Assert.ThrowsAsync<ReplicaNotRunningException>(() => watch.WaitAsync(s_patience));
            Assert.Contains("planted", e.InnerException!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_watch_that_is_left_is_not_kept()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.BeforeStart);
        using var cancel = new CancellationTokenSource();
        var watch = EndAsync(staged.Node.GetCounter("counter").WatchAsync(cancel.Token));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(s_patience));
        await staged.Node.StopAsync(CancellationToken.None);
        Assert.True(watch.IsCanceled);
    }

    private static async Task<List<T>> EndAsync<T>(IAsyncEnumerable<T> watch)
    {
        var seen = new List<T>();
        await foreach (var change in watch) seen.Add(change);
        return seen;
    }
}
