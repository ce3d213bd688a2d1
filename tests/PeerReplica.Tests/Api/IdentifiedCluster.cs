using System.Security.Cryptography;
using System.Text;
using PeerReplica.Security;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>
/// A simulated cluster whose network tells replicas apart, and in which a test can send frames in a replica's name.
/// </summary>
internal static class IdentifiedCluster
{
    public static SimulatedCluster Create(int replicas, CapturedLogs? logs = null)
    {
        var options = new SimulationOptions { Replicas = replicas, Configure = o => o.SharedSecret = Secrets.First };
        if (logs is not null) options = options with { Logging = logs };
        var cluster = new SimulatedCluster(options, b => b.AddCounter("sold"));
        cluster.Network.IdentityOf = Identity;
        cluster.RunUntilMeshed();
        return cluster;
    }

    /// <summary>The identity of a replica, as an operator reads it at its peers.</summary>
    public static string IdentityOf(this SimulatedCluster cluster, int index) => Identity(cluster.Replicas[index].Address).Name;

    /// <summary>What one replica knows of another.</summary>
    public static PeerInfo PeerOf(this SimulatedCluster cluster, int at, int of) =>
        cluster.On(at).Peers.Single(p => p.Address == cluster.Replicas[of].Address);

    /// <summary>Sends a frame over the connection that one replica has with another.</summary>
    public static void Send(this SimulatedCluster cluster, int from, int to, byte[] frame)
    {
        var connection = cluster.Network.Connections.First(
            c => !c.IsClosed && c.Owner.Machine.Index == from && c.Peer.Machine.Index == to);
        Assert.True(connection.TrySend(frame));
    }

    public static ReplicaHealthFinding? Finding(this SimulatedCluster cluster, int at, ReplicaHealthReason reason) =>
        cluster.On(at).Health.Findings.FirstOrDefault(f => f.Reason == reason);

    private static PeerIdentity Identity(string address) =>
        PeerIdentity.OfKey(SHA256.HashData(Encoding.UTF8.GetBytes(address)));
}
