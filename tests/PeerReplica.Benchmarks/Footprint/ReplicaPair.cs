using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Benchmarks.Footprint;

/// <summary>Two linked replicas in this process that hold the same objects.</summary>
internal sealed class ReplicaPair : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly InMemoryNetwork _network = new();
    private readonly PeerReplicaNode[] _nodes;

    public ReplicaPair(Action<ObjectRegistry> register)
    {
        _nodes = [Start(1, register), Start(2, register)];
        foreach (var node in _nodes) node.WaitUntilSyncedAsync(CancellationToken.None).Wait(s_patience);
    }

    public IPeerReplica Writer => _nodes[0];

    public IPeerReplica Reader => _nodes[1];

    /// <summary>Returns when both hold the same content and nothing waits to be published.</summary>
    public void Converge() => WaitUntil(() => !_nodes[0].Host.HasUnpublished && HashOf(Writer) == HashOf(Reader));

    /// <summary>Cuts the replicas off from each other, for good.</summary>
    public void Separate() => _network.Isolate(AddressOf(1));

    public void Settle() => WaitUntil(() => !_nodes[0].Host.HasUnpublished);

    public void Dispose()
    {
        foreach (var node in _nodes) node.Dispose();
    }

    private static void WaitUntil(Func<bool> condition)
    {
        var end = DateTime.UtcNow + s_patience;
        while (!condition())
        {
            if (DateTime.UtcNow > end) throw new InvalidOperationException("The replicas do not come to rest.");
            Thread.Sleep(20);
        }
    }

    private static string HashOf(IPeerReplica replica) => replica.GetContentHashAsync().GetAwaiter().GetResult();

    private static string AddressOf(int number) => $"10.0.0.{number}:7400";

    private PeerReplicaNode Start(int number, Action<ObjectRegistry> register)
    {
        var options = new PeerReplicaOptions { NodeName = $"node-{number}", Listen = AddressOf(number), AllowUnauthenticated = true };
        if (number > 1) options.Seeds.Add(AddressOf(1));
        var registry = new ObjectRegistry();
        register(registry);
        var environment = new ReplicaEnvironment { Transport = _network.CreateTransport() };
        var node = new PeerReplicaNode(options, registry, environment, NullLogger.Instance, new ReplicaMetrics(null));
        node.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        return node;
    }
}
