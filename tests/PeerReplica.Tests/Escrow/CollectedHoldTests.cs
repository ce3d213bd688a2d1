using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>The records of holds that have ended are removed, and neither come back nor are missed.</summary>
public sealed class CollectedHoldTests
{
    private static readonly TimeSpan s_stay = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(2);

    [Fact]
    public void Two_thousand_holds_that_have_ended_leave_no_record()
    {
        using var cluster = Cluster(2, 2000);
        var left = Left(cluster, 0);
        for (var batch = 0; batch < 4; batch++)
        {
            for (var i = 0; i < 500; i++) Assert.NotNull(left.TryHold(1, TimeSpan.FromMilliseconds(20)));
            cluster.RunUntil(() => left.AvailableHere >= 500);
        }

        Assert.InRange(Reservations(cluster, 0).Count, 1, 2_000);
        cluster.RunFor(s_stay + s_stay);
        foreach (var replica in cluster.Replicas)
        {
            var core = replica.Run!.Node.Host.Core;
            Assert.Equal(0, core.Escrow.View.ReservationsOf(Bench.Name).Count);
            Assert.Equal(0, core.Store.Tombstones);
            Assert.InRange(core.Store.LiveRecords, 1, 20);
            Assert.Equal((0L, 0L, true), (left.Audit.Sold, left.Audit.Held, left.Audit.IsBalanced));
        }

        Assert.Equal(0, cluster.Replicas[0].Run!.Node.Host.Core.Escrow.Accounts[0].Collector.Waiting);
    }

    [Fact]
    public void Until_then_whoever_asks_again_hears_what_became_of_a_hold_and_afterwards_that_it_is_unknown()
    {
        using var cluster = Cluster(3, 30);
        var hold = Hold(cluster, 0, TimeSpan.FromSeconds(1));
        Assert.Equal(HoldOutcome.Confirmed, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_wait)));
        cluster.RunFor(s_stay / 2);
        Assert.Equal(HoldOutcome.AlreadyConfirmed, Ask(cluster, 2, c => c.ConfirmAsync(hold, s_wait)));
        cluster.RunFor(s_stay * 2);
        for (var i = 0; i < 3; i++) Assert.Equal(HoldOutcome.Unknown, Ask(cluster, i, c => c.CancelAsync(hold, s_wait)));
        Assert.All(cluster.Replicas, r => Assert.Equal((5, 0), (Audit(r).Sold, Audit(r).Held)));
    }

    [Fact]
    public void A_hold_that_ended_while_its_holder_was_cut_off_is_over_for_all_and_removed_later()
    {
        using var cluster = Cluster(3, 30);
        var hold = Hold(cluster, 0, TimeSpan.FromSeconds(1));
        cluster.RunFor(TimeSpan.FromMilliseconds(500));
        foreach (var other in cluster.Replicas.Skip(1)) cluster.Network.Cut(cluster.Replicas[0], other);
        cluster.RunFor(s_stay * 0.7);
        Assert.Equal(1, Reservations(cluster, 0).Count);
        cluster.Heal();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(HoldOutcome.Expired, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_wait)));
        cluster.RunFor(s_stay * 2);
        Assert.All(cluster.Replicas, r => Assert.Equal((0, 0, 30), (Audit(r).Sold, Audit(r).Held, Audit(r).Free)));
        Assert.Equal(0, Reservations(cluster, 2).Count);
    }

    [Fact]
    public void A_replica_that_was_forgotten_while_holds_were_removed_knows_none_of_them_when_it_returns()
    {
        using var cluster = Cluster(3, 30);
        var hold = Hold(cluster, 0, TimeSpan.FromSeconds(5));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        foreach (var other in cluster.Replicas.Take(2)) cluster.Network.Cut(cluster.Replicas[2], other);
        cluster.RunFor(s_stay * 4);
        Assert.Equal(1, Reservations(cluster, 2).Count);
        cluster.Heal();
        cluster.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(0, Reservations(cluster, 2).Count);
        Assert.Equal(HoldOutcome.Unknown, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_wait)));
    }

    private static HoldId Hold(SimulatedCluster cluster, int replica, TimeSpan timeToLive)
    {
        HoldId? hold = null;
        cluster.Run(async () => hold = await Left(cluster, replica).HoldAsync(5, timeToLive, s_wait));
        return hold!.Value;
    }

    private static HoldOutcome Ask(SimulatedCluster cluster, int replica, Func<IBoundedCounter, Task<HoldOutcome>> ask)
    {
        var outcome = default(HoldOutcome);
        cluster.Run(async () => outcome = await ask(Left(cluster, replica)));
        return outcome;
    }

    private static EscrowAudit Audit(SimulatedReplica replica) => replica.Replica.GetBoundedCounter("left").Audit;

    private static ReservationIndex Reservations(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Run!.Node.Host.Core.Escrow.View.ReservationsOf(Bench.Name);

    private static IBoundedCounter Left(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Replica.GetBoundedCounter("left");

    private static SimulatedCluster Cluster(int replicas, long capacity)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = replicas, Configure = o => (o.ExpectedReplicas, o.ForgetAfter) = (replicas, s_stay) },
            objects => objects.AddBoundedCounter("left", capacity, o => o.Allowance = capacity / 2));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        return cluster;
    }
}
