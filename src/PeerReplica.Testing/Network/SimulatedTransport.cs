using PeerReplica.Transport;

namespace PeerReplica.Testing.Network;

/// <summary>What one run of a replica sees of the network.</summary>
internal sealed class SimulatedTransport(SimulatedNetwork network, SimulatedRun run) : IReplicaTransport
{
    public ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken)
    {
        run.Handler = handler;
        network.Listen(run);
        return ValueTask.FromResult(run.Machine.Address);
    }

    public void Dial(string address, long dialId) => network.Dial(run, address, dialId);

    public ValueTask DisposeAsync()
    {
        network.Leave(run, isCrash: false);
        return ValueTask.CompletedTask;
    }
}
