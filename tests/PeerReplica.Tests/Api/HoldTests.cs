using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

public sealed class HoldTests
{
    private static readonly TimeSpan s_basket = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_hold_is_confirmed_at_another_instance_once_and_says_so()
    {
        using var cluster = Cluster();
        var hold = Hold(cluster, 0, 5);
        Assert.Equal(HoldOutcome.Confirmed, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_deadline)));
        Assert.Equal(HoldOutcome.AlreadyConfirmed, Ask(cluster, 2, c => c.ConfirmAsync(hold, s_deadline)));
        Assert.Equal(HoldOutcome.AlreadyConfirmed, Ask(cluster, 0, c => c.CancelAsync(hold, s_deadline)));
        cluster.RunUntilConverged();
        Assert.All(Audits(cluster), a => Assert.Equal((5, 0, 85), (a.Sold, a.Held, a.Free)));
    }

    [Fact]
    public void What_was_held_is_free_again_when_the_hold_is_cancelled()
    {
        using var cluster = Cluster();
        var hold = Hold(cluster, 0, 5);
        Assert.Equal(5, Left(cluster, 0).Audit.Held);
        Assert.Equal(HoldOutcome.Canceled, Ask(cluster, 2, c => c.CancelAsync(hold, s_deadline)));
        Assert.Equal(HoldOutcome.AlreadyCanceled, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_deadline)));
        cluster.RunUntilConverged();
        Assert.All(Audits(cluster), a => Assert.Equal((0, 0, 90), (a.Sold, a.Held, a.Free)));
    }

    [Fact]
    public void What_was_held_is_free_again_when_its_time_is_over()
    {
        using var cluster = Cluster();
        var hold = Hold(cluster, 0, 5);
        cluster.RunFor(s_basket + TimeSpan.FromSeconds(1));
        Assert.Equal(HoldOutcome.Expired, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_deadline)));
        Assert.All(Audits(cluster), a => Assert.Equal((0, 0, 90), (a.Sold, a.Held, a.Free)));
    }

    [Fact]
    public void A_hold_of_an_unreachable_holder_is_neither_confirmed_nor_lost()
    {
        using var cluster = Cluster();
        var hold = Hold(cluster, 0, 5);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Isolate(0);
        Assert.Equal(HoldOutcome.HolderAway, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_deadline)));
        cluster.Network.RestoreAll();
        Assert.Equal(HoldOutcome.Confirmed, Ask(cluster, 1, c => c.ConfirmAsync(hold, TimeSpan.FromSeconds(6))));
    }

    [Fact]
    public void A_holder_that_is_cut_off_says_that_no_majority_answers_and_not_that_the_holder_is_away()
    {
        using var cluster = Cluster();
        var hold = Hold(cluster, 0, 5);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Isolate(0);
        Assert.Equal(HoldOutcome.NoMajority, Ask(cluster, 0, c => c.ConfirmAsync(hold, s_deadline)));
        Assert.Equal(HoldOutcome.HolderAway, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_deadline)));
        cluster.Network.RestoreAll();
        Assert.Equal(HoldOutcome.AlreadyConfirmed, Ask(cluster, 0, c => c.ConfirmAsync(hold, TimeSpan.FromSeconds(6))));
    }

    [Fact]
    public void The_successor_of_a_dead_holder_decides_about_its_holds()
    {
        using var cluster = Cluster();
        var confirmed = Hold(cluster, 0, 5);
        var canceled = Hold(cluster, 0, 3);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Replicas[0].Start();
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(HoldOutcome.Confirmed, Ask(cluster, 1, c => c.ConfirmAsync(confirmed, s_deadline)));
        Assert.Equal(HoldOutcome.Canceled, Ask(cluster, 0, c => c.CancelAsync(canceled, s_deadline)));
        cluster.RunUntilConverged();
        Assert.All(Audits(cluster), a => Assert.True(a is { Sold: 5, Held: 0, IsBalanced: true } && a.Stranded <= 4, a.ToString()));
    }

    [Fact]
    public void An_unknown_hold_says_so()
    {
        using var cluster = Cluster();
        var hold = new HoldId(cluster.Replicas[0].Replica.Self.Id, 77);
        Assert.Equal(HoldOutcome.Unknown, Ask(cluster, 1, c => c.ConfirmAsync(hold, s_deadline)));
        Assert.True(HoldId.TryParse(hold.ToString(), out var read));
        Assert.Equal(hold, read);
    }

    [Fact]
    public void The_replica_that_would_hold_it_says_at_once_that_a_hold_is_unknown()
    {
        using var cluster = Cluster();
        var hold = new HoldId(cluster.Replicas[0].Replica.Self.Id, 77);
        foreach (var ask in (Func<IBoundedCounter, Task<HoldOutcome>>[])[c => c.ConfirmAsync(hold, Timeout.InfiniteTimeSpan), c => c.CancelAsync(hold, Timeout.InfiniteTimeSpan)])
        {
            var asked = cluster.Begin(async () => Assert.Equal(HoldOutcome.Unknown, await ask(Left(cluster, 0))));
            cluster.RunFor(TimeSpan.FromMilliseconds(10));
            Assert.True(asked.IsCompletedSuccessfully);
        }
    }

    private static HoldId Hold(SimulatedCluster cluster, int replica, long amount)
    {
        HoldId? hold = null;
        cluster.Run(async () => hold = await Left(cluster, replica).HoldAsync(amount, s_basket, s_deadline));
        return hold!.Value;
    }

    private static HoldOutcome Ask(SimulatedCluster cluster, int replica, Func<IBoundedCounter, Task<HoldOutcome>> ask)
    {
        var outcome = HoldOutcome.Unknown;
        cluster.Run(async () => outcome = await ask(Left(cluster, replica)));
        return outcome;
    }

    private static IEnumerable<EscrowAudit> Audits(SimulatedCluster cluster) => cluster.Replicas.Select(r => r.Replica.GetBoundedCounter("left").Audit);

    private static IBoundedCounter Left(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Replica.GetBoundedCounter("left");

    private static SimulatedCluster Cluster()
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.ExpectedReplicas = 3 },
            objects => objects.AddBoundedCounter("left", 90, o => o.Allowance = 4));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Audit.Free == 90));
        return cluster;
    }
}
