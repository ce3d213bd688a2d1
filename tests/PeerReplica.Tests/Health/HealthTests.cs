using Microsoft.Extensions.Logging;
using PeerReplica.DependencyInjection;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Health;

/// <summary>The health report in virtual time. The simulator's PeerTimeout and SeedTimeout are 1 s.</summary>
public sealed class HealthTests
{
    [Fact]
    public void A_cluster_in_good_order_is_healthy_ready_and_silent()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(3, logs);
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromMinutes(1));
        foreach (var replica in cluster.Replicas)
        {
            var health = replica.Replica.Health;
            Assert.Empty(health.Findings);
            Assert.Equal(ReplicaHealthStatus.Healthy, health.Status);
            Assert.True(health.IsReady);
            Assert.True(health.IsLive);
        }

        Assert.Empty(logs.AboveInformation);
    }

    [Fact]
    public void A_replica_that_has_just_started_is_not_ready_until_it_is_synchronized()
    {
        using var cluster = Create(2);
        var health = cluster.On(0).Health;
        Assert.False(health.IsReady);
        Assert.True(health.IsLive);
        Assert.Equal(ReplicaHealthStatus.Unhealthy, health.Status);
        Assert.Equal(ReplicaHealthReason.NotSynchronized, Assert.Single(health.Findings).Reason);
        cluster.RunUntilMeshed();
        Assert.True(cluster.On(0).Health.IsReady);
    }

    [Fact]
    public void A_replica_that_loses_all_peers_says_once_that_it_is_alone_and_once_that_it_is_no_longer()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(2, logs);
        cluster.RunUntilMeshed();
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var finding = Find(cluster.On(0), ReplicaHealthReason.Alone);
        Assert.Equal(ReplicaHealthStatus.Degraded, cluster.On(0).Health.Status);
        Assert.True(cluster.On(0).Health.IsReady);
        Assert.Contains(cluster.Replicas[1].Address, finding.Message, StringComparison.Ordinal);
        Assert.Contains("ClusterName", finding.Remedy, StringComparison.Ordinal);
        Assert.Equal(2, Warnings(logs, ReplicaHealthReason.Alone));

        cluster.Network.RestoreAll();
        cluster.RunUntilMeshed();
        Assert.Empty(cluster.On(0).Health.Findings);
        Assert.Equal(2, Warnings(logs, ReplicaHealthReason.Alone));
        Assert.Equal(2, logs.All.Count(e => e.EventId == 19 && e.Message.Contains(nameof(ReplicaHealthReason.Alone), StringComparison.Ordinal)));
    }

    [Fact]
    public void An_interruption_shorter_than_the_peer_timeout_is_not_reported()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(2, logs);
        cluster.RunUntilMeshed();
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromMilliseconds(700));
        cluster.Network.RestoreAll();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(logs.All, e => e.EventId == 18);
    }

    [Fact]
    public void A_seed_that_does_not_answer_is_named_while_others_do()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(2, logs, o => o.Seeds.Add("other:7400"));
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal("other:7400", Find(cluster.On(0), ReplicaHealthReason.SeedNotReached).Subject);
        Assert.True(cluster.On(0).Health.IsReady);
        Assert.Equal(2, Warnings(logs, ReplicaHealthReason.SeedNotReached));
    }

    [Fact]
    public void A_lone_replica_whose_seeds_do_not_answer_names_each()
    {
        using var cluster = Create(1, configure: o => Array.ForEach(["a:7400", "b:7400"], o.Seeds.Add));
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var health = cluster.On(0).Health;
        Assert.Equal(["a:7400", "b:7400"], health.Findings.Where(f => f.Reason == ReplicaHealthReason.SeedNotReached).Select(f => f.Subject));
        Assert.Contains(health.Findings, f => f.Reason == ReplicaHealthReason.Alone);
    }

    [Fact]
    public void A_lone_replica_without_seeds_is_healthy()
    {
        using var cluster = Create(1);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Empty(cluster.On(0).Health.Findings);
    }

    [Fact]
    public void A_member_that_is_reached_through_others_only_is_named_by_both_ends()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(3, logs);
        cluster.RunUntilMeshed();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var finding = Find(cluster.On(0), ReplicaHealthReason.MemberUnreachable);
        Assert.Equal("node-1", finding.Subject);
        Assert.Contains("Other replicas reach it", finding.Message, StringComparison.Ordinal);
        Assert.Equal("node-0", Find(cluster.On(1), ReplicaHealthReason.MemberUnreachable).Subject);
        Assert.DoesNotContain(cluster.On(2).Health.Findings, f => f.Reason == ReplicaHealthReason.MemberUnreachable);
        Assert.Equal(2, Warnings(logs, ReplicaHealthReason.MemberUnreachable));
        cluster.Network.RestoreAll();
        cluster.RunUntilMeshed();
        Assert.Empty(cluster.On(0).Health.Findings);
    }

    [Fact]
    public void A_crashed_member_is_reported_until_it_is_forgotten()
    {
        using var cluster = Create(3);
        cluster.RunUntilMeshed();
        cluster.Replicas[2].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Contains("No replica reaches it", Find(cluster.On(0), ReplicaHealthReason.MemberUnreachable).Message, StringComparison.Ordinal);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(cluster.On(0).Health.Findings, f => f.Reason == ReplicaHealthReason.MemberUnreachable);
    }

    [Fact]
    public void Waiting_for_expected_replicas_names_who_is_here_and_how_many_are_missing()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(2, logs, o => o.ExpectedReplicas = 3, b => b.AddBoundedCounter("left", 9));
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var finding = Find(cluster.On(0), ReplicaHealthReason.WaitingForExpectedReplicas);
        Assert.Contains("2 of 3", finding.Message, StringComparison.Ordinal);
        Assert.Contains("node-0, node-1", finding.Message, StringComparison.Ordinal);
        Assert.Contains("1 missing", finding.Message, StringComparison.Ordinal);

        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        finding = Find(cluster.On(0), ReplicaHealthReason.WaitingForExpectedReplicas);
        Assert.Contains("1 of 3", finding.Message, StringComparison.Ordinal);
        Assert.Contains("node-1 known but not connected", finding.Message, StringComparison.Ordinal);
        Assert.Equal(2, Warnings(logs, ReplicaHealthReason.WaitingForExpectedReplicas));

        cluster.Replicas[1].Start();
        cluster.Add();
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Available == 9));
        Assert.DoesNotContain(cluster.On(0).Health.Findings, f => f.Reason == ReplicaHealthReason.WaitingForExpectedReplicas);
    }

    [Fact]
    public void Without_bounded_counters_expected_replicas_are_not_waited_for()
    {
        using var cluster = Create(2, configure: o => o.ExpectedReplicas = 3);
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(cluster.On(0).Health.Findings);
    }

    [Fact]
    public void Two_members_under_one_node_name_are_named_once_they_outlast_a_restart()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(3, logs);
        cluster.RunUntilMeshed();

        // The simulator names its replicas apart, so that what the first one knows of the others is changed here.
        foreach (var member in cluster.Replicas[0].Run!.Node.Host.Core.Members) member.NodeName = "twin";
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Empty(cluster.On(0).Health.Findings);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        var finding = Find(cluster.On(0), ReplicaHealthReason.DuplicateNodeName);
        Assert.Equal("twin", finding.Subject);
        Assert.Contains("node-1:7400", finding.Message, StringComparison.Ordinal);
        Assert.Contains("node-2:7400", finding.Message, StringComparison.Ordinal);
        Assert.Contains("NodeName", finding.Remedy, StringComparison.Ordinal);
        Assert.Equal(1, Warnings(logs, ReplicaHealthReason.DuplicateNodeName));
    }

    [Fact]
    public void A_stopped_replica_is_not_ready_and_its_watch_ends_with_that()
    {
        using var cluster = Create(2);
        cluster.RunUntilMeshed();
        var replica = cluster.On(0);
        var seen = new List<ReplicaHealth>();
        var watching = cluster.Begin(async () =>
        {
            await foreach (var health in replica.WatchHealthAsync()) seen.Add(health);
        });
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Replicas[0].Stop();
        Assert.Equal(ReplicaHealthReason.Stopped, Assert.Single(replica.Health.Findings).Reason);
        Assert.False(replica.Health.IsReady);
        Assert.True(replica.Health.IsLive);
        Assert.Empty(seen[0].Findings);
        Assert.Contains(seen, h => h.Findings.Any(f => f.Reason == ReplicaHealthReason.Stopping));
        Assert.NotNull(watching);
    }

    [Fact]
    public void A_peer_of_another_cluster_is_a_refusal_with_the_verdict_and_the_remedy()
    {
        using var logs = new CapturedLogs();
        var number = 0;
        using var cluster = Create(2, logs, o => o.ClusterName = $"cluster-{number++ % 2}");
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.All([cluster.On(0), cluster.On(1)], r =>
        {
            var finding = Find(r, ReplicaHealthReason.PeerRefused);
            Assert.Contains("cluster-", finding.Message, StringComparison.Ordinal);
            Assert.Contains("ClusterName", finding.Remedy, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(logs.All, e => e.EventId == 18 && e.Message.Contains(nameof(ReplicaHealthReason.PeerRefused), StringComparison.Ordinal));
    }

    [Fact]
    public void Peers_of_another_cluster_are_a_refusal_until_two_minutes_after_the_last()
    {
        var number = 0;
        using var cluster = Create(2, configure: o => o.ClusterName = $"cluster-{number++ % 2}");
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Contains("ClusterName", Find(cluster.On(0), ReplicaHealthReason.PeerRefused).Remedy, StringComparison.Ordinal);
        cluster.Replicas[1].Stop();
        cluster.RunFor(TimeSpan.FromSeconds(100));
        Find(cluster.On(0), ReplicaHealthReason.PeerRefused);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(cluster.On(0).Health.Findings, f => f.Reason == ReplicaHealthReason.PeerRefused);
    }

    [Fact]
    public void A_clock_too_far_ahead_is_named_with_its_remedy()
    {
        using var cluster = Create(2, objects: b => b.AddMap<int, int>("m"));
        cluster.RunUntilMeshed();
        cluster.Replicas[1].ClockOffset = TimeSpan.FromMinutes(5);
        cluster.On(1).GetMap<int, int>("m").Set(1, 1);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Contains("MaxClockSkew", Find(cluster.On(0), ReplicaHealthReason.ClockSkew).Remedy, StringComparison.Ordinal);
        Assert.Contains("MaxClockSkew", Find(cluster.On(1), ReplicaHealthReason.ClockSkew).Remedy, StringComparison.Ordinal);
    }

    private static int Warnings(CapturedLogs logs, ReplicaHealthReason reason) =>
        logs.All.Count(e => e.EventId == 18 && e.Level == LogLevel.Warning && e.Message.Contains($"{reason} (", StringComparison.Ordinal));

    private static ReplicaHealthFinding Find(IPeerReplica replica, ReplicaHealthReason reason) =>
        Assert.Single(replica.Health.Findings, f => f.Reason == reason);

    private static SimulatedCluster Create(
        int replicas, CapturedLogs? logs = null, Action<PeerReplicaOptions>? configure = null, Action<IPeerReplicaBuilder>? objects = null)
    {
        var options = new SimulationOptions { Replicas = replicas, Configure = configure };
        return new SimulatedCluster(logs is null ? options : options with { Logging = logs }, objects ?? (b => b.AddCounter("c")));
    }
}
