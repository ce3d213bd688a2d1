using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.Causality;
using PeerReplica.Hosting;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Health;

public sealed class HealthAllocationTests
{
    [Fact]
    public void An_evaluation_that_finds_what_the_one_before_found_allocates_nothing()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 3, Configure = o => o.ExpectedReplicas = 5 }, b => b.AddBoundedCounter("left", 9).AddMap<int, int>("m"));
        cluster.Add(b => b.AddBoundedCounter("left", 10).AddCounter("m"));
        cluster.RunUntilMeshed();
        cluster.Replicas[2].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var node = cluster.Replicas[0].Run!.Node;
        Assert.InRange(node.Health.Findings.Count, 3, 10);
        Assert.Equal(0, Allocations.Least(() => _ = node.Health));
    }

    [Fact]
    public void Conditions_beyond_the_limit_are_not_kept()
    {
        var monitor = new HealthMonitor(NullLogger.Instance, static _ => { });
        var now = new Instant(1);
        for (var i = 0; i < 1000; i++)
            monitor.Happened(new(ReplicaHealthReason.PeerRefused, default, $"10.0.{i / 256}.{i % 256}"), TimeSpan.FromMinutes(2), "s", "m", "r", now);
        Assert.Equal(32, monitor.Current.Findings.Count);
        monitor.Begin(now);
        Find(ReplicaHealthReason.MemberUnreachable);
        monitor.End();
        Assert.Equal(32 + 128, monitor.Current.Findings.Count);

        // Members that peers make up leave room for the rest.
        monitor.Begin(now);
        Find(ReplicaHealthReason.MemberUnreachable);
        Find(ReplicaHealthReason.SeedNotReached);
        monitor.End();
        Assert.Equal(256, monitor.Current.Findings.Count);
        monitor.Begin(now + TimeSpan.FromMinutes(3));
        monitor.End();
        Assert.Empty(monitor.Current.Findings);
        Assert.Equal(0, monitor.Count(ReplicaHealthReason.PeerRefused));

        void Find(ReplicaHealthReason reason)
        {
            for (var i = 0; i < 1000; i++)
            {
                var key = new HealthKey(reason, new ReplicaId((UInt128)i), null);
                if (monitor.Observe(key) is { } condition) monitor.Describe(condition, key.Reason, "s", "m", "r");
            }
        }
    }
}
