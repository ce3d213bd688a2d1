using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Simulation;

/// <summary>Replicas that have not all registered the same objects.</summary>
public sealed class RollingDeploymentTests
{
    [Fact]
    public void An_object_that_a_replica_does_not_know_passes_through_it_and_is_there_once_its_next_version_knows_it()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1 }, Old);
        var between = cluster.Replicas[0];
        var (a, c) = (cluster.Add(New), cluster.Add(New));
        cluster.Network.Cut(a, c);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        a.Replica.GetMap<string, string>("new").Set("k", "v");
        a.Replica.GetSet<Guid>("new.set").Add(Guid.Empty);
        a.Replica.GetCounter("new.counter").Add(5);
        cluster.RunUntilConverged();
        Assert.Equal("v", c.Replica.GetMap<string, string>("new").Single().Value);
        Assert.Equal(5, c.Replica.GetCounter("new.counter").Value);
        Assert.Throws<UnknownObjectException>(() => between.Replica.GetCounter("new.counter"));

        // The writers go; what is left of their objects is what the old version keeps without knowing it.
        a.Crash();
        c.Crash();
        var next = cluster.Add(New);
        cluster.RunUntilConverged();
        between.Crash();
        Assert.Equal("v", next.Replica.GetMap<string, string>("new").Single().Value);
        Assert.True(next.Replica.GetSet<Guid>("new.set").Contains(Guid.Empty));
        Assert.Equal(5, next.Replica.GetCounter("new.counter").Value);
    }

    [Fact]
    public void One_name_registered_as_two_things_is_two_things_and_neither_hurts_the_other()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1 }, o => o.AddCounter("x"));
        var other = cluster.Add(o => o.AddMap<int, int>("x"));
        cluster.Replicas[0].Replica.GetCounter("x").Add(1);
        other.Replica.GetMap<int, int>("x").Set(1, 2);
        cluster.RunUntilConverged();
        Assert.Equal(1, cluster.Replicas[0].Replica.GetCounter("x").Value);
        Assert.Equal(2, other.Replica.GetMap<int, int>("x").Single().Value);
    }

    private static void Old(IPeerReplicaBuilder objects) => objects.AddCounter("old");

    private static void New(IPeerReplicaBuilder objects) =>
        objects.AddCounter("old").AddCounter("new.counter").AddMap<string, string>("new").AddSet<Guid>("new.set");
}
