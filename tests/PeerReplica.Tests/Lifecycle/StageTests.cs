namespace PeerReplica.Tests.Lifecycle;

/// <summary>Each public call at each stage of a replica's life: the table in docs/reference/lifecycle.md.</summary>
public sealed class StageTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(Stage.BeforeStart)]
    [InlineData(Stage.Starting)]
    [InlineData(Stage.Stopping)]
    [InlineData(Stage.Stopped)]
    [InlineData(Stage.FailedStart)]
    [InlineData(Stage.Faulted)]
    [InlineData(Stage.Disposed)]
    public async Task Every_call_has_the_outcome_that_is_documented_for_its_kind(Stage stage)
    {
        await using var staged = await StagedReplica.AtAsync(stage);
        var wrong = new List<string>();
        foreach (var call in PublicCalls.All)
        {
            var expected = StageTable.Of(call.Kind, stage);
            var seen = await SeenAsync(call, staged.Replica, expected);
            if (seen != expected.ToString()) wrong.Add($"{call.Member}: {seen}, not {expected}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        var state = stage switch
        {
            Stage.BeforeStart => ReplicaState.Created,
            Stage.Starting => ReplicaState.Starting,
            Stage.Stopping => ReplicaState.Stopping,
            Stage.FailedStart or Stage.Faulted => ReplicaState.Faulted,
            _ => ReplicaState.Stopped,
        };
        Assert.Equal(state, staged.Node.State);
    }

    [Fact]
    public void Every_public_member_is_in_the_table_once()
    {
        var members = PublicCalls.Interfaces.SelectMany(PublicCalls.MembersOf).Order(StringComparer.Ordinal);
        Assert.Equal(members, PublicCalls.All.Select(c => c.Member).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Stage.Stopped)]
    [InlineData(Stage.FailedStart)]
    [InlineData(Stage.Faulted)]
    public async Task A_refused_write_changes_nothing_and_leaves_nothing_behind(Stage stage)
    {
        await using var staged = await StagedReplica.AtAsync(stage);
        var before = Content(staged.Replica);
        for (var i = 0; i < 100; i++)
        {
            foreach (var call in PublicCalls.All.Where(c => c.Kind is CallKind.Write or CallKind.Take)) await SeenAsync(call, staged.Replica, Outcome.Refused);
        }

        Assert.Equal(before, Content(staged.Replica));
        Assert.False(staged.Node.Host.HasUnpublished);
    }

    [Theory]
    [InlineData(Stage.BeforeStart)]
    [InlineData(Stage.Starting)]
    public async Task What_is_done_before_the_start_is_published_and_served_by_it(Stage stage)
    {
        await using var staged = await StagedReplica.AtAsync(stage);
        var node = staged.Replica;
        var bounded = node.GetBoundedCounter("bounded");
        Assert.False(bounded.TryTake());
        Assert.Null(bounded.TryHold(1, s_patience));
        var taken = bounded.TakeAsync(3, s_patience);
        var held = bounded.HoldAsync(2, new() { TimeToLive = s_patience, Timeout = s_patience });
        var seat = node.GetPool<string>("pool").TakeAsync("a", s_patience);
        var synced = node.WaitUntilSyncedAsync();
        node.GetCounter("counter").Add(5);
        var added = node.GetCounter("counter").AddAsync(2, WriteConcern.Majority);
        Assert.True(bounded.Return(1));
        staged.LetStart();
        if (stage == Stage.BeforeStart) await staged.Node.StartAsync(CancellationToken.None);
        else await staged.Starting;
        await synced.WaitAsync(s_patience);
        await added.WaitAsync(s_patience);
        Assert.True(await taken);
        Assert.NotNull(await held);
        Assert.Equal(PoolOutcome.Done, await seat);
        Assert.Equal((7, ReplicaState.Running, null), (node.GetCounter("counter").Value, node.State, node.Fault));
        Assert.Equal(10 + 1 - 3 - 2, bounded.Value);
    }

    [Fact]
    public async Task A_write_while_stopping_reaches_the_peer_or_is_refused()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.Stopping);
        var counter = staged.Node.GetCounter("counter");
        var accepted = 0;
        var writers = Enumerable.Range(0, 2).Select(_ => OwnThread.Start(() =>
        {
            try
            {
                while (true)
                {
                    counter.Add(1);
                    Interlocked.Increment(ref accepted);
                }
            }
            catch (ReplicaNotRunningException)
            {
                // The last broadcast has begun.
            }
        })).ToArray();
        staged.LetStop();
        await Task.WhenAll(writers).WaitAsync(s_patience);
        await staged.Stopping.WaitAsync(s_patience);
        Assert.Equal(accepted, counter.Value);
        Assert.Equal(accepted, staged.Peer.GetCounter("counter").Value);
    }

    private static string Content(IPeerReplica r) =>
        $"{r.GetCounter("counter").Value} {r.GetRegister<int>("register").Value} {r.GetMap<string, int>("map").Count} {r.GetSet<int>("set").Count} {r.GetFlag("flag").IsEnabled} " +
        $"{r.GetPresence<int>("presence").Values.Count} {r.GetMultiValueRegister<int>("multi").Values.Count} {r.GetBoundedCounter("bounded").AvailableHere}";

    private static async Task<string> SeenAsync(Call call, IPeerReplica replica, Outcome expected)
    {
        try
        {
            var result = call.Make(replica);
            if (call.Kind is CallKind.Watch or CallKind.WatchHealth) result = EnumerateAsync((dynamic)result!);
            if (result is Task task)
            {
                // A call that is expected to end is given the time to; one that waits does so from the first moment on.
                if (expected != Outcome.Waits) await task.WaitAsync(s_patience);
                if (!task.IsCompleted) return nameof(Outcome.Waits);
                await task;
                result = task.GetType().GetProperty("Result")?.GetValue(task);
            }

            if (call.Kind is CallKind.Watch or CallKind.WatchHealth) return nameof(Outcome.Ends);
            var isNothing = (call.Kind is CallKind.Take or CallKind.WaitToTake) && (result is null or false);
            return isNothing ? nameof(Outcome.Nothing) : nameof(Outcome.Works);
        }
        catch (ReplicaNotRunningException e)
        {
            return e.State == replica.State ? nameof(Outcome.Refused) : $"refused as {e.State}";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private static async Task EnumerateAsync<T>(IAsyncEnumerable<T> watch)
    {
        await foreach (var _ in watch)
        {
        }
    }
}
