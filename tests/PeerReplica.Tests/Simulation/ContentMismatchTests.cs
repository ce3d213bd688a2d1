using PeerReplica.Hosting;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Simulation;

public sealed class ContentMismatchTests
{
    [Fact]
    public void Other_content_under_an_equal_vector_raises_an_alarm_and_is_repaired()
    {
        // No checks against the history in between: what is planted here is what they would find.
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 2, EventsPerCheck = 1_000_000 }, o => o.AddMap<int, string>("m"));
        cluster.RunUntilConverged();
        var (writer, victim) = (cluster.Replicas[0], cluster.Replicas[1]);
        cluster.Network.Cut(writer, victim);
        var map = writer.Replica.GetMap<int, string>("m");
        map.Set(1, "what was written");
        cluster.RunFor(TimeSpan.FromMilliseconds(10));
        Forge(HostOf(victim), HostOf(writer));
        Assert.Equal("a lie", victim.Replica.GetMap<int, string>("m").First().Value);
        cluster.Network.RestoreAll();

        cluster.RunUntil(() => HostOf(victim).Core.Counters.Mismatches + HostOf(writer).Core.Counters.Mismatches > 0, TimeSpan.FromSeconds(30));
        var noticed = cluster.Replicas.Single(r => HostOf(r).Core.Counters.Mismatches > 0);
        var other = cluster.Replicas.Single(r => r != noticed);
        var finding = Assert.Single(noticed.Replica.Health.Findings);
        Assert.Equal((ReplicaHealthReason.ContentMismatch, ReplicaHealthStatus.Degraded, false), (finding.Reason, finding.Status, finding.BlocksReadiness));
        Assert.Equal(other.Replica.Self.NodeName, finding.Subject);
        cluster.RunUntilConverged();
        Assert.Equal("what was written", victim.Replica.GetMap<int, string>("m").First().Value);
        Assert.Equal("what was written", map.First().Value);

        // Two minutes without another one end the finding.
        cluster.RunFor(TimeSpan.FromSeconds(100));
        Assert.Contains(noticed.Replica.Health.Findings, f => f.Reason == ReplicaHealthReason.ContentMismatch);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.All(cluster.Replicas, r => Assert.Empty(r.Replica.Health.Findings));
    }

    /// <summary>Gives a replica other bytes for a change of another's, as a fault of memory or of this library might.</summary>
    private static void Forge(ReplicaHost victim, ReplicaHost writer)
    {
        var real = writer.Core.Store.Log(0).Tail!;
        var store = victim.Core.Store;
        var origin = store.Origins.IndexOf(writer.Id);
        var replicated = store.ObjectOf(real.Parent.Object);
        var entry = replicated.EntryOf([1]);
        var forged = entry.Arrived([0xA5, .. "a lie"u8]);
        forged.BelongTo(entry);
        forged.Origin = origin;
        forged.Sequence = real.Sequence;
        forged.Stamp = real.Stamp;
        store.Apply(forged);
        store.Vector.Raise(origin, real.Sequence);
    }

    private static ReplicaHost HostOf(SimulatedReplica replica) => ((PeerReplicaNode)replica.Replica).Host;
}
