using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>Holds that are over cost nothing when others are made or end.</summary>
public sealed class EndedHoldTests
{
    [Fact]
    public void A_change_looks_at_the_holds_that_are_open_however_many_there_ever_were()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 2, Configure = o => o.ExpectedReplicas = 2 },
            objects => objects.AddBoundedCounter("left", 1000, o => o.Allowance = 200));
        var left = cluster.Replicas[0].Replica.GetBoundedCounter("left");
        cluster.RunUntil(() => left.AvailableHere >= 100);
        var desk = cluster.Replicas[0].Run!.Node.Host.Core.Escrow.Accounts[0].Authority;
        var early = CostOfOne(cluster, left, desk);
        for (var batch = 0; batch < 40; batch++)
        {
            for (var i = 0; i < 25; i++) Assert.NotNull(left.TryHold(1, TimeSpan.FromMilliseconds(50)));
            cluster.RunUntil(() => desk.Held == 0 && left.AvailableHere >= 100);
        }

        Assert.InRange(CostOfOne(cluster, left, desk), 1, early * 2);
    }

    private static long CostOfOne(SimulatedCluster cluster, IBoundedCounter left, PeerReplica.Escrow.ReservationAuthority desk)
    {
        var before = desk.LookedAt;
        Assert.NotNull(left.TryHold(1, TimeSpan.FromMilliseconds(50)));
        cluster.RunUntil(() => desk.Held == 0);
        return desk.LookedAt - before;
    }
}
