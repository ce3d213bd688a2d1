using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

public sealed class AuditAlarmTests
{
    /// <summary>Long enough for the alarm, whatever was on its way.</summary>
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(40);

    [Fact]
    public void Accounts_that_do_not_add_up_raise_an_alarm_once()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        MakeUpTransfer(cluster);
        Assert.False(cluster.Replicas[0].Replica.Audits["left"].IsBalanced);
        cluster.RunFor(s_while);
        Assert.Contains("'left'", Assert.Single(logs.All, e => e.EventId == 15).Message, StringComparison.Ordinal);
        var finding = Assert.Single(cluster.On(0).Health.Findings);
        Assert.Equal((ReplicaHealthReason.AccountsUnbalanced, "left", ReplicaHealthStatus.Degraded), (finding.Reason, finding.Subject, finding.Status));
        Assert.Contains("log event 15", finding.Remedy, StringComparison.Ordinal);
        Assert.Empty(cluster.On(1).Health.Findings);
        cluster.RunFor(s_while);
        Assert.Single(logs.All, e => e.EventId == 15);
    }

    [Fact]
    public void While_no_majority_can_be_reached_nothing_is_known_to_be_missing()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        MakeUpTransfer(cluster);
        cluster.RunFor(s_while);
        Assert.DoesNotContain(logs.All, e => e.EventId == 15);
    }

    [Fact]
    public void Accounts_that_add_up_raise_none()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs);
        cluster.RunFor(s_while);
        Assert.DoesNotContain(logs.All, e => e.EventId == 15);
    }

    /// <summary>A cluster in which units were given away.</summary>
    private static SimulatedCluster Cluster(CapturedLogs logs)
    {
        var cluster = new SimulatedCluster(new SimulationOptions { Logging = logs, Configure = o => o.ExpectedReplicas = 3 }, objects => objects.AddBoundedCounter("left", 9));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Available == 9));
        cluster.Run(async () => Assert.True(await cluster.Replicas[1].Replica.GetBoundedCounter("left").TakeAsync(9, TimeSpan.FromSeconds(2))));
        cluster.RunUntilConverged();
        return cluster;
    }

    /// <summary>No fault brings this about: the first replica sees an account that gave what it did not have.</summary>
    private static void MakeUpTransfer(SimulatedCluster cluster)
    {
        var run = cluster.Replicas[0].Run!;
        var view = run.Node.Host.Core.Escrow.View;
        var name = new EscrowName(ObjectKind.BoundedCounter, "left");
        var giver = cluster.Replicas[2].Run!.Id;
        var account = view.AccountOf(name, giver);
        var transfer = Assert.Single(account.Down.Transfers);
        view.Learn(giver, name, account with { Down = account.Down with { Transfers = [transfer with { Amount = transfer.Amount + 5 }] } });
        Assert.Equal(9, run.Node.GetBoundedCounter("left").Audit.Issued);
    }
}
