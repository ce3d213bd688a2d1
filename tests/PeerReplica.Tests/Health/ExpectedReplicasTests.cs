using PeerReplica.DependencyInjection;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Health;

/// <summary>What the finding about ExpectedReplicas says while enough instances have met and the cluster is not formed.</summary>
public sealed class ExpectedReplicasTests
{
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(20);

    [Fact]
    public void Enough_instances_that_expect_another_number_are_named_and_none_is_missing()
    {
        var number = 0;
        using var cluster = Cluster(5, () => number++ == 0 ? 3 : 7);
        cluster.RunUntilMeshed();
        cluster.RunFor(s_while);
        var finding = Find(cluster.On(0));
        Assert.Contains("5 instances have met (node-0, node-1, node-2, node-3, node-4), and ExpectedReplicas is 3", finding.Message, StringComparison.Ordinal);
        Assert.Contains("node-1, node-2, node-3, node-4 differ", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", finding.Message, StringComparison.Ordinal);
        Assert.Contains("the same ExpectedReplicas on all instances", finding.Remedy, StringComparison.Ordinal);
        Assert.Contains("5 of 7 expected instances have met", Find(cluster.On(1)).Message, StringComparison.Ordinal);
        Assert.Contains("2 missing", Find(cluster.On(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Enough_instances_of_which_two_cannot_reach_each_other_are_told_to_link_with_every_other()
    {
        using var cluster = Cluster(4, () => 3);
        var byId = cluster.Replicas.OrderBy(r => r.Run!.Id).ToArray();

        // The three smallest form the cluster; the smallest is linked with the last alone.
        cluster.Network.Cut(byId[0], byId[1]);
        cluster.Network.Cut(byId[0], byId[2]);
        cluster.RunFor(s_while);
        var last = Find(byId[3].Replica);
        Assert.Contains("4 instances have met", last.Message, StringComparison.Ordinal);
        Assert.Contains("differ", last.Message, StringComparison.Ordinal);
        Assert.Contains("linked with every other one", last.Remedy, StringComparison.Ordinal);
        Assert.Contains("2 of 3 expected instances have met", Find(byId[0].Replica).Message, StringComparison.Ordinal);
        Assert.Contains("1 missing", Find(byId[0].Replica).Message, StringComparison.Ordinal);
        cluster.Heal();
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Available == 9), s_while);
        Assert.DoesNotContain(byId[3].Replica.Health.Findings, f => f.Reason == ReplicaHealthReason.WaitingForExpectedReplicas);
    }

    [Fact]
    public void An_instance_without_bounded_counters_does_not_count_and_is_named()
    {
        using var cluster = Cluster(2, () => 3);
        cluster.Add(b => b.AddCounter("c"));
        cluster.RunUntilMeshed();
        cluster.RunFor(s_while);
        var finding = Find(cluster.On(0));
        Assert.Contains("2 of 3 expected instances have met (node-0, node-1), 1 missing", finding.Message, StringComparison.Ordinal);
        Assert.Contains("without bounded counters and pools: node-2", finding.Message, StringComparison.Ordinal);
        Assert.Contains("Register", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void More_instances_than_expected_that_agree_form_the_cluster_and_none_complains()
    {
        using var cluster = Cluster(5, () => 3);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Available == 9), s_while);
        cluster.RunFor(s_while);
        Assert.All(cluster.Replicas, r => Assert.Empty(r.Replica.Health.Findings));
    }

    private static ReplicaHealthFinding Find(IPeerReplica replica) =>
        Assert.Single(replica.Health.Findings, f => f.Reason == ReplicaHealthReason.WaitingForExpectedReplicas);

    private static SimulatedCluster Cluster(int replicas, Func<int> expected) => new(
        new SimulationOptions { Replicas = replicas, Configure = o => o.ExpectedReplicas = expected() }, Objects);

    private static void Objects(IPeerReplicaBuilder objects) => objects.AddBoundedCounter("left", 9);
}
