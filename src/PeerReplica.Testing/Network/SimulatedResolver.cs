using PeerReplica.Transport;

namespace PeerReplica.Testing.Network;

/// <summary>
/// The name server as one run sees it: after a delay, the addresses set for a name, in another order each time, and for any other name the name itself. While the network
/// has faults some queries fail.
/// </summary>
internal sealed class SimulatedResolver(SimulatedNetwork network, SimulatedRun run) : IAddressResolver
{
    public ValueTask<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<IReadOnlyList<string>>();
        network.Answer(run, address, answer);
        return new ValueTask<IReadOnlyList<string>>(answer.Task);
    }
}
