using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

public sealed class BoundedCounterTests
{
    [Fact]
    public void A_replica_alone_sells_everything_and_no_more()
    {
        using var cluster = Cluster(1, capacity: 100);
        var left = Left(cluster, 0);
        cluster.RunUntil(() => left.AvailableHere == 100);
        Assert.True(left.TryTake(60));
        Assert.False(left.TryTake(41));
        Assert.True(left.TryTake(40));
        Assert.False(left.TryTake());
        Assert.Equal(new EscrowAudit(100, 100, 0, 0, 0, true), left.GetAudit());
    }

    [Fact]
    public void Three_replicas_share_what_there_is_and_sell_all_of_it()
    {
        using var cluster = Cluster(3, capacity: 100);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        var sold = 0L;
        cluster.Run(async () =>
        {
            while (await Left(cluster, 1).TakeAsync(3, TimeSpan.FromSeconds(2))) sold += 3;
            while (await Left(cluster, 2).TakeAsync(1, TimeSpan.FromSeconds(2))) sold += 1;
        });
        Assert.Equal(100, sold);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(new EscrowAudit(100, 100, 0, 0, 0, true), r.Replica.GetBoundedCounter("left").GetAudit()));
    }

    [Fact]
    public void Customers_who_all_come_to_one_replica_find_the_last_unit_there()
    {
        using var cluster = Cluster(3, capacity: 1000);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        var (calls, sold) = (0, 0);
        for (; sold < 1000 && calls < 2000; calls++)
        {
            if (Left(cluster, 0).TryTake()) sold++;
            cluster.RunFor(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(1000, sold);
        Assert.InRange(calls, 1000, 1050);
    }

    [Fact]
    public void What_waits_is_gathered_from_all_who_have_some()
    {
        using var cluster = Cluster(3, capacity: 9);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").Available == 9));
        cluster.Run(async () => Assert.True(await Left(cluster, 1).TakeAsync(9, TimeSpan.FromSeconds(2))));
    }

    private static IBoundedCounter Left(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Replica.GetBoundedCounter("left");

    private static SimulatedCluster Cluster(int replicas, long capacity, Action<BoundedCounterOptions>? configure = null) => new(
        new SimulationOptions { Seed = 1, Replicas = replicas, Configure = o => o.ExpectedReplicas = replicas },
        objects => objects.AddBoundedCounter("left", capacity, configure));
}
