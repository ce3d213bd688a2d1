using PeerReplica.Testing;
using PeerReplica.Tests.Api;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Lifecycle;

/// <summary>Stopping ends in <see cref="ReplicaState.Stopped"/>, whatever is canceled, throws, or is called twice.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_canceled_token_cuts_the_drain_short_and_not_the_stopping(bool isCanceledBefore)
    {
        await using var staged = await StagedReplica.AtAsync(isCanceledBefore ? Stage.BeforeStart : Stage.Stopping);
        if (isCanceledBefore)
        {
            staged.LetStart();
            await staged.Node.StartAsync(CancellationToken.None);
        }

        await staged.Node.StopAsync(new CancellationToken(canceled: true)).WaitAsync(s_patience);
        await staged.Stopping.WaitAsync(s_patience);
        Assert.Equal(ReplicaState.Stopped, staged.Node.State);
        Assert.True(staged.Transport.IsDisposed);
        Assert.Throws<ReplicaNotRunningException>(() => staged.Node.GetCounter("counter").Add(1));
    }

    [Fact]
    public async Task A_token_that_expires_ends_the_drain()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.Stopping);
        using var cancel = new CancellationTokenSource();
        var second = staged.Node.StopAsync(cancel.Token);
        Assert.False(second.IsCompleted);
        await cancel.CancelAsync();
        await second.WaitAsync(s_patience);
        await staged.Stopping.WaitAsync(s_patience);
        Assert.Equal(ReplicaState.Stopped, staged.Node.State);
    }

    [Theory]
    [InlineData(Stage.BeforeStart)]
    [InlineData(Stage.Starting)]
    [InlineData(Stage.Stopping)]
    [InlineData(Stage.Stopped)]
    [InlineData(Stage.FailedStart)]
    [InlineData(Stage.Faulted)]
    [InlineData(Stage.Disposed)]
    public async Task Stopping_and_disposing_at_once_and_at_any_stage_ends_in_stopped(Stage stage)
    {
        await using var staged = await StagedReplica.AtAsync(stage);
        var ending = new[]
        {
            staged.Node.StopAsync(CancellationToken.None), OwnThread.Start(staged.Node.Dispose), staged.Node.DisposeAsync().AsTask(), staged.Node.StopAsync(CancellationToken.None),
        };
        staged.LetStop();
        await Task.WhenAll(ending).WaitAsync(s_patience);
        await staged.Node.StopAsync(CancellationToken.None);
        Assert.Equal(ReplicaState.Stopped, staged.Node.State);
        Assert.True(staged.Transport.IsDisposed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => staged.Node.StartAsync(CancellationToken.None));
        if (stage == Stage.Starting) await Assert.ThrowsAnyAsync<Exception>(() => staged.Starting);
        Assert.Equal(stage is Stage.FailedStart or Stage.Faulted or Stage.Starting, staged.Node.Fault is not null);
    }

    [Fact]
    public async Task A_transport_that_cannot_be_closed_does_not_keep_the_replica_from_stopping()
    {
        var network = new InMemoryNetwork();
        var transport = new GatedTransport(network.CreateTransport(), Task.CompletedTask) { DisposeFails = new InvalidOperationException("planted") };
        await using var node = StagedReplica.NewNode(transport, null, b => b.AddCounter("counter"));
        await node.StartAsync(CancellationToken.None);
        await node.StopAsync(CancellationToken.None);
        Assert.Equal(ReplicaState.Stopped, node.State);
    }

    [Fact]
    public async Task A_start_that_is_canceled_ends_the_replica()
    {
        await using var staged = await StagedReplica.AtAsync(Stage.BeforeStart);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => staged.Node.StartAsync(new CancellationToken(canceled: true)));
        Assert.Equal(ReplicaState.Faulted, staged.Node.State);
        Assert.True(staged.Transport.IsDisposed);
    }

    [Theory]
    [InlineData(2, 10)]
    [InlineData(3, 10)]
    [InlineData(7, 3)]
    public void A_cluster_with_bounded_counters_that_stops_at_once_neither_waits_nor_warns(int replicas, ulong seeds)
    {
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            using var logs = new CapturedLogs();
            using var cluster = Started(seed, replicas, logs);
            var began = cluster.Now;
            var stopping = cluster.Replicas.Select(r => cluster.Begin(() => r.Run!.Node.StopAsync(CancellationToken.None))).ToArray();
            cluster.RunUntil(() => stopping.All(s => s.IsCompleted));
            Assert.InRange(cluster.Now - began, TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
            Assert.Empty(logs.AboveInformation);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_cluster_that_stops_a_little_apart_neither_waits_nor_warns(int replicas)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using var logs = new CapturedLogs();
            using var cluster = Started(seed, replicas, logs);
            var stopping = new List<Task>();
            var lasted = new List<TimeSpan>();
            foreach (var replica in cluster.Replicas)
            {
                cluster.RunFor(TimeSpan.FromMilliseconds((double)(seed * 3) / replicas));
                var began = cluster.Now;
                stopping.Add(cluster.Begin(async () =>
                {
                    await replica.Run!.Node.StopAsync(CancellationToken.None);
                    lasted.Add(cluster.Now - began);
                }));
            }

            cluster.RunUntil(() => stopping.TrueForAll(s => s.IsCompleted));
            Assert.All(lasted, l => Assert.InRange(l, TimeSpan.Zero, TimeSpan.FromMilliseconds(500)));
            Assert.Empty(logs.AboveInformation);
        }
    }

    [Fact]
    public void One_that_stays_inherits_from_all_that_leave_at_once()
    {
        using var logs = new CapturedLogs();
        using var cluster = Started(1, 3, logs);
        var stopping = cluster.Replicas.Take(2).Select(r => cluster.Begin(() => r.Run!.Node.StopAsync(CancellationToken.None))).ToArray();
        cluster.RunUntil(() => stopping.All(s => s.IsCompleted));
        Assert.Empty(logs.AboveInformation);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var counter = cluster.On(2).GetBoundedCounter("tickets");
        Assert.Equal((90, 0), (counter.GetAudit().Free, counter.GetAudit().Stranded));
    }

    private static SimulatedCluster Started(ulong seed, int replicas, CapturedLogs logs)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Seed = seed, Replicas = replicas, Logging = logs, Configure = o => o.ExpectedReplicas = replicas },
            b => b.AddBoundedCounter("tickets", 100).AddCounter("sold"));
        cluster.RunUntilMeshed();
        cluster.RunUntil(() => cluster.On(0).GetBoundedCounter("tickets").Value == 100);
        cluster.Run(async () =>
        {
            for (var i = 0; i < 10; i++) Assert.True(await cluster.On(i % replicas).GetBoundedCounter("tickets").TakeAsync(1, s_patience));
        });
        return cluster;
    }
}
