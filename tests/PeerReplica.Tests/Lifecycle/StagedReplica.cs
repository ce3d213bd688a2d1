using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.DependencyInjection;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Lifecycle;

/// <summary>A replica that is brought to a stage and held there, with a peer where the stage needs one.</summary>
internal sealed class StagedReplica : IAsyncDisposable
{
    private readonly InMemoryNetwork _network = new();
    private readonly TaskCompletionSource _mayStart = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _leave = new();
    private PeerReplicaNode? _peer;
    private Task _held = Task.CompletedTask;

    private StagedReplica() => Transport = new GatedTransport(_network.CreateTransport(), _mayStart.Task);

    public GatedTransport Transport { get; }

    public PeerReplicaNode Node { get; private set; } = null!;

    /// <summary>The node as an app sees it.</summary>
    public IPeerReplica Replica => Node;

    /// <summary>Present while stopping.</summary>
    public IPeerReplica Peer => _peer!;

    public Task Starting { get; private set; } = Task.CompletedTask;

    public Task Stopping { get; private set; } = Task.CompletedTask;

    public static async Task<StagedReplica> AtAsync(Stage stage)
    {
        var staged = new StagedReplica();
        staged.Node = NewNode(staged.Transport, o => o.DrainTimeout = TimeSpan.FromMinutes(5));
        await staged.ReachAsync(stage);
        return staged;
    }

    public static PeerReplicaNode NewNode(IReplicaTransport transport, Action<PeerReplicaOptions>? configure, Action<IPeerReplicaBuilder> objects)
    {
        var options = new PeerReplicaOptions { Listen = "127.0.0.1:0" };
        configure?.Invoke(options);
        var registry = new ObjectRegistry();
        objects(new PeerReplicaBuilder(new ServiceCollection(), registry));
        return new PeerReplicaNode(options, registry, new ReplicaEnvironment { Transport = transport }, NullLogger.Instance, new ReplicaMetrics(null));
    }

    /// <summary>Lets a start that is held go on.</summary>
    public void LetStart() => _mayStart.TrySetResult();

    /// <summary>Lets a stop that is held go on.</summary>
    public void LetStop() => _leave.Set();

    public async ValueTask DisposeAsync()
    {
        _mayStart.TrySetResult();
        _leave.Set();
        await _held;
        await Node.DisposeAsync();
        await Stopping;
        if (_peer is not null) await _peer.DisposeAsync();
        _leave.Dispose();
    }

    private static PeerReplicaNode NewNode(IReplicaTransport transport, Action<PeerReplicaOptions>? configure) => NewNode(transport, configure, PublicCalls.Register);

    private async Task ReachAsync(Stage stage)
    {
        if (stage == Stage.BeforeStart) return;
        if (stage == Stage.FailedStart) _mayStart.SetException(new TransportException("planted"));
        else if (stage != Stage.Starting) _mayStart.SetResult();
        Starting = Node.StartAsync(CancellationToken.None);
        if (stage == Stage.Starting) return;
        if (stage == Stage.FailedStart)
        {
            await Assert.ThrowsAsync<TransportException>(() => Starting);
            return;
        }

        await Starting;
        await Node.WaitUntilSyncedAsync(CancellationToken.None);
        await Node.GetBoundedCounter("bounded").GrantAsync(1, CancellationToken.None);
        if (stage == Stage.Faulted) Node.Host.Locked(static (_, _) => throw new InvalidOperationException("planted"), drain: false);
        if (stage == Stage.Stopped) await Node.StopAsync(CancellationToken.None);
        if (stage == Stage.Disposed) await Node.DisposeAsync();
        if (stage == Stage.Stopping) await BeginStoppingAsync();
    }

    /// <summary>The peer's gate is held, so that it confirms nothing, and the drain goes on.</summary>
    private async Task BeginStoppingAsync()
    {
        _peer = NewNode(_network.CreateTransport(), o => o.Seeds.Add(Node.Self.Address));
        await _peer.StartAsync(CancellationToken.None);
        await Node.FlushAsync(WriteConcern.Peers(1), CancellationToken.None);
        var entered = new TaskCompletionSource();
        _held = OwnThread.Start(() => _peer.Host.Locked((_, _) =>
        {
            entered.SetResult();
            _leave.Wait();
        }, drain: false));
        await entered.Task;
        Stopping = Node.StopAsync(CancellationToken.None);
    }
}
