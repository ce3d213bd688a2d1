using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Escrow;

/// <summary>When a replica says that more was taken than was granted.</summary>
public sealed class OversoldAlarmTests
{
    [Fact]
    public void A_unit_that_came_back_and_was_taken_elsewhere_raises_no_alarm_where_the_return_arrives_later()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        for (var i = 0; i < 3; i++) Take(cluster, i);
        cluster.RunUntilConverged();

        // The third replica hears of the return through the second only, after it has heard that the unit was taken again.
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[2]);
        Assert.True(Counter(cluster, 0).Return(1));
        cluster.RunUntil(() => Counter(cluster, 1).Audit.Free == 1, TimeSpan.FromSeconds(1));
        var taking = cluster.Begin(async () => Assert.True(await Counter(cluster, 1).TakeAsync(1, TimeSpan.FromSeconds(5))));
        cluster.RunUntil(() => Counter(cluster, 2).Audit.Oversold > 0, TimeSpan.FromSeconds(5));
        cluster.Run(() => taking);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal((3, 0), (Counter(cluster, 2).Audit.Sold, Counter(cluster, 2).Audit.Oversold));
        Assert.DoesNotContain(logs.All, e => e.EventId == 14);
        Assert.DoesNotContain(cluster.On(2).Health.Findings, f => f.Reason == ReplicaHealthReason.Oversold);
    }

    private static SimulatedCluster Cluster(CapturedLogs logs)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 3, Logging = logs, Configure = Configure },
            o => o.AddBoundedCounter("tickets", 3, c => c.Allowance = 1));
        cluster.RunUntilMeshed();
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("tickets").AvailableHere == 1), TimeSpan.FromSeconds(10));
        return cluster;
    }

    private static void Configure(PeerReplicaOptions options)
    {
        options.ExpectedReplicas = 3;
        options.RelayAfter = TimeSpan.FromSeconds(1);
    }

    private static void Take(SimulatedCluster cluster, int replica) =>
        cluster.Run(async () => Assert.True(await Counter(cluster, replica).TakeAsync(1, TimeSpan.FromSeconds(10))));

    private static IBoundedCounter Counter(SimulatedCluster cluster, int replica) => cluster.On(replica).GetBoundedCounter("tickets");
}
