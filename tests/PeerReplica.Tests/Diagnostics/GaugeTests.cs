using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Diagnostics;

/// <summary>The values of the instruments that observe a replica, in virtual time.</summary>
public sealed class GaugeTests
{
    [Fact]
    public void Entries_tombstones_and_expiries_follow_the_content()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 2 }, b => b.AddMap<int, int>("kept").AddMap<int, int>("expiring", TimeSpan.FromMinutes(1)));
        cluster.RunUntilMeshed();
        using var gauges = new Gauges(cluster.Replicas[0]);
        var before = gauges["peerreplica.entries"];
        for (var i = 0; i < 5; i++) cluster.On(0).GetMap<int, int>("kept").Set(i, i);
        for (var i = 0; i < 3; i++) cluster.On(0).GetMap<int, int>("expiring").Set(i, i);
        cluster.RunUntilConverged();
        Assert.Equal(before + 8, gauges["peerreplica.entries"]);
        Assert.Equal(0, gauges["peerreplica.tombstones"]);
        Assert.Equal(3, gauges["peerreplica.expiry.nodes"]);

        // A peer that has not seen the removal keeps the tombstone.
        cluster.Isolate(1);
        cluster.On(0).GetMap<int, int>("kept").Remove(0);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal((before + 7, 1), (gauges["peerreplica.entries"], gauges["peerreplica.tombstones"]));
        cluster.Network.RestoreAll();
        cluster.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(0, gauges["peerreplica.tombstones"]);
        cluster.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal((before + 4, 0), (gauges["peerreplica.entries"], gauges["peerreplica.expiry.nodes"]));
    }

    [Fact]
    public void Units_are_counted_by_where_they_are()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => (o.ExpectedReplicas, o.ForgetAfter) = (3, TimeSpan.FromSeconds(2)) },
            b => b.AddBoundedCounter("left", 90, o => o.Allowance = 4));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        using var gauges = new Gauges(cluster.Replicas[0]);
        cluster.Run(async () =>
        {
            Assert.True(await cluster.On(0).GetBoundedCounter("left").TakeAsync(7, TimeSpan.FromSeconds(5)));
            Assert.NotNull(await cluster.On(0).GetBoundedCounter("left").HoldAsync(5, new() { TimeToLive = TimeSpan.FromMinutes(10), Timeout = TimeSpan.FromSeconds(5) }));
        });
        cluster.RunUntilConverged();
        Assert.Equal((7, 5, 78, 0), Units());
        cluster.Replicas[2].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(30));
        var (sold, held, free, stranded) = Units();
        Assert.Equal((7, 5, 90), (sold, held, sold + held + free + stranded));
        Assert.InRange(stranded!.Value, 1, 4);

        (double?, double?, double?, double?) Units() => (Unit("sold"), Unit("held"), Unit("free"), Unit("stranded"));
        double? Unit(string state) => gauges[$"peerreplica.escrow.units/object=left/state={state}"];
    }

    [Fact]
    public void Health_has_a_value_for_every_reason_and_one_for_each_finding()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions(), b => b.AddCounter("c"));
        cluster.RunUntilMeshed();
        using var gauges = new Gauges(cluster.Replicas[0]);
        var reasons = Enum.GetValues<ReplicaHealthReason>().Select(r => $"peerreplica.health/reason={r}").ToArray();
        var values = gauges.Collect();
        Assert.All(reasons, r => Assert.Equal(0, values[r]));
        cluster.Replicas[1].Crash();
        cluster.Replicas[2].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(2, gauges[$"peerreplica.health/reason={ReplicaHealthReason.MemberUnreachable}"]);
        Assert.Equal(1, gauges[$"peerreplica.health/reason={ReplicaHealthReason.Alone}"]);
        Assert.Equal(0, gauges[$"peerreplica.health/reason={ReplicaHealthReason.Faulted}"]);
        cluster.Replicas[0].Stop();
        values = gauges.Collect();
        Assert.Equal(1, values[$"peerreplica.health/reason={ReplicaHealthReason.Stopped}"]);
        Assert.Equal(0, values[$"peerreplica.health/reason={ReplicaHealthReason.Alone}"]);
    }

    [Fact]
    public void A_peer_lags_by_the_changes_that_it_has_not_acknowledged_and_has_a_round_trip()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 2 }, b => b.AddMap<int, int>("m"));
        cluster.RunUntilMeshed();
        using var gauges = new Gauges(cluster.Replicas[0]);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(0, gauges["peerreplica.peer.lag/peer=node-1"]);
        Assert.InRange(gauges["peerreplica.peer.rtt/peer=node-1"]!.Value, 0.000_001, 1);
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        for (var i = 0; i < 4; i++) cluster.On(0).GetMap<int, int>("m").Set(i, i);
        cluster.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(4, gauges["peerreplica.peer.lag/peer=node-1"]);
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(0, gauges["peerreplica.peer.lag/peer=node-1"]);
    }

    [Fact]
    public void Objects_that_a_peer_registered_otherwise_are_counted_on_both_sides()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1 }, b => b.AddCounter("x").AddCounter("y"));
        using var first = new Gauges(cluster.Replicas[0]);
        var newcomer = cluster.Add(b => b.AddFlag("x").AddCounter("y"));
        cluster.RunUntilMeshed();
        using var second = new Gauges(newcomer);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal((1, 1), (first["peerreplica.objects.mismatched"], second["peerreplica.objects.mismatched"]));
        Assert.Equal(1, first["peerreplica.health/reason=ObjectMismatch"]);
    }

    [Fact]
    public void What_is_passed_on_for_others_is_counted_where_it_is_passed_on()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions(), b => b.AddMap<int, int>("m"));
        cluster.RunUntilMeshed();
        cluster.On(0).GetMap<int, int>("m").Set(1, 1);
        cluster.RunUntilConverged();
        using var writer = new Gauges(cluster.Replicas[0]);
        using var between = new Gauges(cluster.Replicas[1]);
        var (here, there) = (writer["peerreplica.transfers.relayed"], between["peerreplica.transfers.relayed"]);
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.On(0).GetMap<int, int>("m").Set(2, 2);
        cluster.RunUntilConverged();
        Assert.Equal(here, writer["peerreplica.transfers.relayed"]);
        Assert.InRange((between["peerreplica.transfers.relayed"] - there)!.Value, 1, 10);
    }

    [Fact]
    public void Origins_whose_changes_are_refused_are_counted_once_until_they_are_accepted_again()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.MaxClockSkew = TimeSpan.FromSeconds(10) }, b => b.AddMap<int, int>("m"));
        cluster.RunUntilMeshed();
        using var gauges = new Gauges(cluster.Replicas[1]);
        Assert.Equal(0, gauges["peerreplica.changes.held_back"]);
        cluster.Replicas[0].ClockOffset = TimeSpan.FromSeconds(30);
        for (var i = 0; i < 5; i++)
        {
            cluster.On(0).GetMap<int, int>("m").Set(i, i);
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, gauges["peerreplica.changes.held_back"]);
    }

    [Fact]
    public void A_transfer_that_two_replicas_pass_on_is_counted_as_a_duplicate_once()
    {
        // The direct link is one way only: the acknowledgment is lost, and the change travels a second time by the replica between.
        using var cluster = new SimulatedCluster(new SimulationOptions(), b => b.AddMap<int, int>("m"));
        cluster.RunUntilMeshed();
        using var gauges = new Gauges(cluster.Replicas[2]);
        var before = gauges["peerreplica.updates.duplicate"];
        cluster.Network.CutOneWay(cluster.Replicas[2], cluster.Replicas[0]);
        cluster.Network.CutOneWay(cluster.Replicas[2], cluster.Replicas[1]);
        cluster.On(0).GetMap<int, int>("m").Set(1, 1);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(1, cluster.On(2).GetMap<int, int>("m").Count);
        Assert.InRange(gauges["peerreplica.updates.duplicate"]!.Value - before!.Value, 1, 10);
    }

    [Fact]
    public void A_replica_that_was_forgotten_counts_the_full_state_that_it_gets()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.ForgetAfter = TimeSpan.FromSeconds(3) }, b => b.AddMap<int, int>("m"));
        cluster.RunUntilMeshed();
        using var lost = new Gauges(cluster.Replicas[2]);
        for (var i = 0; i < 20; i++) cluster.On(0).GetMap<int, int>("m").Set(i, i);
        cluster.RunUntilConverged();
        cluster.Isolate(2);
        for (var i = 0; i < 10; i++) cluster.On(0).GetMap<int, int>("m").Remove(i);
        cluster.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal(0, lost["peerreplica.transfers.full"]);
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        Assert.InRange(lost["peerreplica.transfers.full"]!.Value, 1, 2);
    }
}
