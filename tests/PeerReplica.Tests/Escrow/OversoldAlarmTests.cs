using PeerReplica.Crdts;
using PeerReplica.Escrow;
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
        cluster.RunUntil(() => Counter(cluster, 1).GetAudit().Free == 1, TimeSpan.FromSeconds(1));
        var taking = cluster.Begin(async () => Assert.True(await Counter(cluster, 1).TakeAsync(1, TimeSpan.FromSeconds(5))));
        cluster.RunUntil(() => Counter(cluster, 2).GetAudit().Oversold > 0, TimeSpan.FromSeconds(5));
        cluster.Run(() => taking);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal((3, 0), (Counter(cluster, 2).GetAudit().Sold, Counter(cluster, 2).GetAudit().Oversold));
        Assert.DoesNotContain(logs.All, e => e.EventId == 14);
        Assert.DoesNotContain(cluster.On(2).Health.Findings, f => f.Reason == ReplicaHealthReason.Oversold);
    }

    [Fact]
    public void A_counter_that_stays_oversold_is_reported_once_after_10_seconds()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        for (var i = 0; i < 3; i++) Take(cluster, i);
        cluster.RunUntilConverged();
        SayItTookMore(cluster, 2);
        Assert.True(Counter(cluster, 1).GetAudit() is { Oversold: 2, IsBalanced: false });
        cluster.RunFor(TimeSpan.FromSeconds(9));
        Assert.DoesNotContain(logs.All, e => e.EventId == 14);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.Contains("'tickets'", Assert.Single(logs.All, e => e.EventId == 14).Message, StringComparison.Ordinal);
        Assert.Contains(cluster.On(1).Health.Findings, f => f.Reason == ReplicaHealthReason.Oversold);
    }

    [Fact]
    public void A_false_claim_chooses_no_size_of_the_alarm()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        for (var i = 0; i < 3; i++) Take(cluster, i);
        cluster.RunUntilConverged();
        SayItTookMore(cluster, Units.Max - 1);
        cluster.RunFor(TimeSpan.FromSeconds(30));

        // Three units were granted; three accounts and those that are closed could each have got them.
        var audit = Counter(cluster, 1).GetAudit();
        Assert.InRange(audit.Oversold, 1, 4 * 3);
        Assert.False(audit.IsBalanced);
        Assert.Contains($"oversold by {audit.Oversold}:", Assert.Single(logs.All, e => e.EventId == 14).Message,
            StringComparison.Ordinal);
    }

    /// <summary>No fault brings this about: the second replica sees an account of the first that took what it did not have.</summary>
    private static void SayItTookMore(SimulatedCluster cluster, long amount)
    {
        var (view, id, name) = (cluster.Replicas[1].Run!.Node.Host.Core.Escrow.View, cluster.Replicas[0].Run!.Id, new EscrowName(ObjectKind.BoundedCounter, "tickets"));
        var record = view.AccountOf(name, id);
        view.Learn(id, name, record with { Down = record.Down with { Net = record.Down.Net + amount } });
        Take(cluster, 1, isLeft: false);
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

    private static void Take(SimulatedCluster cluster, int replica, bool isLeft = true) =>
        cluster.Run(async () => Assert.Equal(isLeft, await Counter(cluster, replica).TakeAsync(1, TimeSpan.FromSeconds(1))));

    private static IBoundedCounter Counter(SimulatedCluster cluster, int replica) => cluster.On(replica).GetBoundedCounter("tickets");
}
