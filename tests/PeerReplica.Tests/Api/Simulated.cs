using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>Simulated clusters in the shapes that the tests of the public surface need.</summary>
internal static class Simulated
{
    /// <summary>A cluster whose replicas all know and reach each other.</summary>
    public static SimulatedCluster Cluster(int replicas, Action<IPeerReplicaBuilder> objects, Action<PeerReplicaOptions>? configure = null)
    {
        var cluster = new SimulatedCluster(new SimulationOptions { Replicas = replicas, Configure = configure }, objects);
        cluster.RunUntilMeshed();
        return cluster;
    }

    public static void RunUntilMeshed(this SimulatedCluster cluster)
    {
        var running = cluster.Replicas.Where(r => r.IsRunning).ToArray();
        cluster.RunUntil(
            () => running.All(r => r.Replica.Peers.Count(p => p.State == PeerState.Up) == running.Length - 1), TimeSpan.FromSeconds(10));
        cluster.RunUntilConverged();
    }

    public static IPeerReplica On(this SimulatedCluster cluster, int index) => cluster.Replicas[index].Replica;

    /// <summary>Writes on both sides of a cut between the first two replicas, and lets them meet again.</summary>
    public static void WhileSplit(this SimulatedCluster cluster, Action work)
    {
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        work();
        cluster.RunFor(TimeSpan.FromMilliseconds(50));
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.RunUntilConverged();
    }

    /// <summary>Separates one replica from all others.</summary>
    public static void Isolate(this SimulatedCluster cluster, int index)
    {
        foreach (var other in cluster.Replicas)
        {
            if (other.Index != index) cluster.Network.Cut(cluster.Replicas[index], other);
        }
    }
}
