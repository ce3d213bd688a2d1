using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Foreign;

/// <summary>Loggers that throw, and that use the replica that logs.</summary>
public sealed class AppLoggerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_logger_that_always_throws_costs_nothing_but_its_messages(bool inIsEnabled)
    {
        using var logger = new HostileLogger();
        if (inIsEnabled) logger.OnIsEnabled = () => throw new InvalidOperationException("planted");
        else logger.OnLog = _ => throw new InvalidOperationException("planted");
        var cluster = Cluster(logger);

        // Lost links, dials that fail, peers that leave: all of them are logged.
        cluster.Isolate(2);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        cluster.On(2).GetCounter("c").Add(2);
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.Network.Restore(cluster.Replicas[1], cluster.Replicas[2]);
        cluster.Replicas[1].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Replicas[1].Start();
        cluster.RunUntilConverged();
        Assert.True(logger.Calls > 10);
        Assert.All(cluster.Replicas, r => Assert.Equal((ReplicaState.Running, 3), (r.Replica.State, r.Replica.GetCounter("c").Value)));
    }

    [Fact]
    public void A_logger_may_use_the_replica_that_logs()
    {
        using var logger = new HostileLogger();
        var cluster = Cluster(logger);
        var lines = 0;
        logger.OnLog = text =>
        {
            foreach (var each in cluster.Replicas.Where(r => r.IsRunning))
            {
                each.Replica.GetMap<string, string>("log").Set($"{lines++}", text);
                _ = each.Replica.Peers.Count + each.Replica.Health.Findings.Count;
                each.Replica.GetCounter("c").Add(1);
            }
        };
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromSeconds(20));
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.Network.Restore(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        cluster.RunUntilConverged();
        Assert.True(lines > 0);
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal(ReplicaState.Running, r.Replica.State);
            Assert.Equal(lines, r.Replica.GetMap<string, string>("log").Count);
            Assert.Equal(lines + 1, r.Replica.GetCounter("c").Value);
        });
    }

    private static SimulatedCluster Cluster(HostileLogger logger)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 3, Logging = logger },
            o => o.AddCounter("c").AddMap<string, string>("log"));
        cluster.RunUntilMeshed();
        cluster.On(0).GetCounter("c").Add(1);
        cluster.RunUntilConverged();
        return cluster;
    }
}
