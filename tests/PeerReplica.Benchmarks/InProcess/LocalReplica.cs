using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// A replica that runs alone, as an app's does before it has peers. What is written to it is published on the thread pool meanwhile: on a machine with two cores a
/// writer's figure holds what that takes from it, and two writers share the cores with it.
/// </summary>
internal sealed class LocalReplica : IDisposable
{
    private readonly PeerReplicaNode _node;

    public LocalReplica(Action<ObjectRegistry> register)
    {
        var options = new PeerReplicaOptions { Listen = "127.0.0.1:0" };
        var registry = new ObjectRegistry();
        register(registry);
        var environment = new ReplicaEnvironment { Transport = ReplicaTransports.Tcp(options) };
        _node = new PeerReplicaNode(options, registry, environment, NullLogger.Instance, new ReplicaMetrics(null));
        _node.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    public IPeerReplica Replica => _node;

    /// <summary>Waits until all that was written is published, so that a benchmark that only reads runs alone.</summary>
    public void Settle() => WaitUntil(() => !_node.Host.HasUnpublished, "The replica does not come to an end of publishing.");

    public static void WaitUntil(Func<bool> condition, string otherwise)
    {
        if (!SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60))) throw new InvalidOperationException(otherwise);
    }

    public void Dispose() => _node.Dispose();
}
