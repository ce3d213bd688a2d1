using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Testing;

/// <summary>One run of a replica, from its start to its crash or stop: what a process is.</summary>
internal sealed class SimulatedRun(SimulatedReplica machine)
{
    public SimulatedReplica Machine => machine;

    public ReplicaId Id => Node.Host.Id;

    public PeerReplicaNode Node { get; set; } = null!;

    public ITransportHandler Handler { get; set; } = null!;

    public bool IsAlive { get; set; } = true;

    public bool IsPaused { get; set; }

    /// <summary>What would have happened while it stood still.</summary>
    public List<Action> Deferred { get; } = [];
}
