using PeerReplica.Hosting;
using PeerReplica.Tests.Lifecycle;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Foreign;

/// <summary>An app that blocks the one thread of its synchronization context while it waits for the library.</summary>
public sealed class BlockingContextTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_asynchronous_call_can_be_waited_for_on_a_blocked_context()
    {
        var (first, second) = await PairAsync();
        var blocked = new List<string>();
        await BlockingContext.Run(context =>
        {
            // A hold that nobody knows is waited for until the deadline.
            foreach (var call in PublicCalls.All.Where(c => c.Member is not ("IBoundedCounter.ConfirmAsync" or "IBoundedCounter.CancelAsync")))
            {
                if (call.Make(second) is Task task && !HasEnded(task)) blocked.Add(call.Member);
            }

            var counter = second.GetBoundedCounter("bounded");
            counter.Return();
            foreach (var ask in new Func<HoldId, Task>[] { h => counter.ConfirmAsync(h, s_patience), h => counter.CancelAsync(h, s_patience) })
            {
                var hold = counter.HoldAsync(1, new() { TimeToLive = s_patience, Timeout = s_patience });
                Assert.True(hold.Wait(s_patience));
                Assert.True(HasEnded(ask(hold.Result!.Value)));
            }

            Assert.Equal(0, context.Posted);
        });
        Assert.Empty(blocked);
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Watches_can_be_waited_for_on_a_blocked_context()
    {
        var (first, second) = await PairAsync();
        await BlockingContext.Run(context =>
        {
            var counters = second.GetCounter("counter").WatchAsync().GetAsyncEnumerator();
            Assert.True(HasEnded(counters.MoveNextAsync().AsTask()));
            var next = counters.MoveNextAsync().AsTask();
            first.GetCounter("counter").Add(1);
            Assert.True(HasEnded(next));
            var keys = second.GetMap<string, int>("map").WatchAsync().GetAsyncEnumerator();
            var changed = keys.MoveNextAsync().AsTask();
            first.GetMap<string, int>("map").Set("k", 1);
            Assert.True(HasEnded(changed));
            Assert.Equal(0, context.Posted);
        });
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Starting_and_stopping_can_be_waited_for_on_a_blocked_context(bool isDisposed)
    {
        var network = new InMemoryNetwork();
        var first = NewNode(network, null);
        await first.StartAsync(CancellationToken.None);
        await BlockingContext.Run(context =>
        {
            var second = NewNode(network, first.Self.Address);
            Assert.True(HasEnded(second.StartAsync(CancellationToken.None)));
            Assert.True(HasEnded(second.WaitUntilSyncedAsync(CancellationToken.None)));
            second.GetCounter("counter").Add(1);
            if (isDisposed) second.Dispose();
            else Assert.True(HasEnded(second.StopAsync(CancellationToken.None)));
            Assert.Equal(ReplicaState.Stopped, second.State);
            Assert.Equal(0, context.Posted);
        }).WaitAsync(s_patience);
        await first.DisposeAsync();
    }

    private static bool HasEnded(Task task)
    {
        try
        {
            return task.Wait(s_patience);
        }
        catch (AggregateException)
        {
            return true;
        }
    }

    private static async Task<(PeerReplicaNode First, PeerReplicaNode Second)> PairAsync()
    {
        var network = new InMemoryNetwork();
        var first = NewNode(network, null);
        await first.StartAsync(CancellationToken.None);
        var second = NewNode(network, first.Self.Address);
        await second.StartAsync(CancellationToken.None);
        await second.WaitUntilSyncedAsync(CancellationToken.None);
        await second.FlushAsync(WriteConcern.Peers(1), CancellationToken.None);
        return (first, second);
    }

    private static PeerReplicaNode NewNode(InMemoryNetwork network, string? seed) => StagedReplica.NewNode(
        network.CreateTransport(),
        o =>
        {
            if (seed is not null) o.Seeds.Add(seed);
        },
        PublicCalls.Register);
}
