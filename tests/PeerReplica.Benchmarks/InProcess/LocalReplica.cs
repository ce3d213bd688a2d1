using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A replica that runs alone, as an app's does before it has peers.</summary>
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

    public void Dispose() => _node.Dispose();
}
