using PeerReplica.Testing;
using PeerReplica.Tests.Api;
using PeerReplica.Tests.Lifecycle;

namespace PeerReplica.Tests.Health;

/// <summary>The findings that only a fault of the library, of its host or of its configuration brings about.</summary>
public sealed class AlarmTests
{
    [Theory]
    [InlineData(Stage.Faulted, "A broken invariant stopped the replica: planted.", "Restart the process")]
    [InlineData(Stage.FailedStart, "The replica failed to start: planted", "Remove the cause")]
    public async Task A_faulted_replica_is_neither_live_nor_ready_and_says_why(object stage, string message, string remedy)
    {
        await using var staged = await StagedReplica.AtAsync((Stage)stage);
        var health = staged.Replica.Health;
        var finding = Assert.Single(health.Findings, f => f.Reason == ReplicaHealthReason.Faulted);
        Assert.Equal((ReplicaHealthStatus.Unhealthy, false, false), (health.Status, health.IsReady, health.IsLive));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
        var last = default(ReplicaHealth);
        await foreach (var seen in staged.Replica.WatchHealthAsync()) last = seen;
        Assert.False(last!.IsLive);
    }

    [Fact]
    public void A_cluster_that_was_formed_twice_is_unhealthy_on_both_sides_and_says_what_to_do()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 2, Configure = o => o.MayBeFirst = true }, b => b.AddBoundedCounter("left", 9));
        cluster.Isolate(0);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Available == 9), TimeSpan.FromSeconds(20));
        foreach (var replica in cluster.Replicas)
        {
            cluster.Run(async () => Assert.True(await replica.Replica.GetBoundedCounter("left").TakeAsync(9, TimeSpan.FromSeconds(5))));
            Assert.DoesNotContain(replica.Replica.Health.Findings, f => f.Reason == ReplicaHealthReason.FormedTwice);
        }

        cluster.Network.RestoreAll();
        cluster.RunUntil(() => cluster.Replicas.All(r => IsFormedTwice(r.Replica)), TimeSpan.FromSeconds(30));
        Assert.All(cluster.Replicas, r =>
        {
            var finding = r.Replica.Health.Findings.Single(f => f.Reason == ReplicaHealthReason.FormedTwice);
            Assert.Equal(ReplicaHealthStatus.Unhealthy, finding.Status);
            Assert.False(finding.BlocksReadiness);
            Assert.Contains("granted twice", finding.Message, StringComparison.Ordinal);
            Assert.Contains("set ExpectedReplicas", finding.Remedy, StringComparison.Ordinal);
        });
    }

    private static bool IsFormedTwice(IPeerReplica replica) => replica.Health.Findings.Any(f => f.Reason == ReplicaHealthReason.FormedTwice);
}
