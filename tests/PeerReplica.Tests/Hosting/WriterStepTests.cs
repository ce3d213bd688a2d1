using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Hosting;

/// <summary>On which thread a write is published.</summary>
public sealed class WriterStepTests
{
    [Fact]
    public async Task The_first_write_after_silence_is_published_by_the_writer_and_wakes_nobody()
    {
        var scheduled = new List<Action>();
        await using var node = await StartAsync(scheduled);
        node.GetCounter("c").Add(1);
        Assert.False(node.Host.HasUnpublished);
        Assert.Empty(scheduled);
    }

    [Fact]
    public async Task While_another_thread_steps_a_writer_does_not_wait_for_it()
    {
        var scheduled = new List<Action>();
        await using var node = await StartAsync(scheduled);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var stepping = Task.Run(() => node.Host.Locked((_, _) => { entered.Set(); leave.Wait(); }, drain: false));
        entered.Wait();
        node.GetCounter("c").Add(1);
        Assert.Single(scheduled);
        leave.Set();
        await stepping;
    }

    [Fact]
    public async Task A_write_from_within_a_step_is_published_by_the_next()
    {
        var scheduled = new List<Action>();
        await using var node = await StartAsync(scheduled);
        node.Host.Read(_ => node.GetCounter("c").Add(1));
        Assert.True(node.Host.HasUnpublished);
        Assert.Single(scheduled)();
        Assert.False(node.Host.HasUnpublished);
    }

    private static async Task<PeerReplicaNode> StartAsync(List<Action> scheduled)
    {
        var options = new PeerReplicaOptions { Listen = "127.0.0.1:0" };
        var registry = new ObjectRegistry();
        registry.AddCounter("c");
        var environment = new ReplicaEnvironment { Transport = new InMemoryNetwork().CreateTransport(), Schedule = scheduled.Add };
        var node = new PeerReplicaNode(options, registry, environment, NullLogger.Instance, new ReplicaMetrics(null));
        await node.StartAsync(CancellationToken.None);
        scheduled.Clear();
        return node;
    }
}
