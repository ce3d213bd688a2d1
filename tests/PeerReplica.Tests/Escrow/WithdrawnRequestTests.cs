using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>A request that was granted after its caller was told that the owner is away is undone, however long the requester was cut off.</summary>
public sealed class WithdrawnRequestTests
{
    [Theory]
    [InlineData(false, 3)]
    [InlineData(false, 90)]
    [InlineData(false, 4000)]
    [InlineData(true, 90)]
    public void An_item_granted_to_a_requester_that_was_cut_off_is_free_again(bool isHold, int seconds)
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        var outcome = default(PoolOutcome);
        var asking = cluster.Begin(async () =>
        {
            var pool = Seats(requester);
            outcome = isHold
                ? (await pool.HoldAsync(seat, TimeSpan.FromDays(1), TimeSpan.FromSeconds(2))).Outcome
                : await pool.TakeAsync(seat, TimeSpan.FromSeconds(2));
        });

        // The owner has heard of the request; its answer is lost.
        cluster.RunUntil(() => Seats(owner).GetState(seat) != PoolItemState.Free, TimeSpan.FromSeconds(2));
        foreach (var other in cluster.Replicas.Where(r => r != requester)) cluster.Network.Cut(requester, other);
        cluster.RunUntil(() => asking.IsCompleted);
        Assert.Equal(PoolOutcome.OwnerAway, outcome);
        cluster.RunFor(TimeSpan.FromSeconds(seconds));
        Assert.NotEqual(PoolItemState.Free, Seats(owner).GetState(seat));
        cluster.Heal();
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(30));
        cluster.Run(async () => Assert.Equal(PoolOutcome.Done, await Seats(owner).TakeAsync(seat, TimeSpan.FromSeconds(5))));
    }

    [Fact]
    public void Requests_that_were_withdrawn_are_forgotten_once_they_can_no_longer_be_granted()
    {
        using var cluster = Cluster();
        var (requester, seat, _) = Find(cluster);
        foreach (var other in cluster.Replicas.Where(r => r != requester)) cluster.Network.Cut(requester, other);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        cluster.Run(async () =>
        {
            for (var i = 0; i < 20; i++) Assert.Equal(PoolOutcome.OwnerAway, await Seats(requester).TakeAsync(seat, TimeSpan.FromMilliseconds(10)));
        });
        var claims = ((PeerReplica.Hosting.LocalPlane.AccountObject)requester.Run!.Node.Host.Registered.First(o => o.Identity.Name == "seats")).Claims;
        Assert.True(claims.IsLooking);
        cluster.RunFor(TimeSpan.FromMinutes(3));
        Assert.True(claims.IsLooking);
        cluster.Heal();

        // Something changes now and then, as in any cluster that sells.
        for (var i = 0; i < 90 && claims.IsLooking; i++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1));
            _ = Seats(requester).Audit;
        }

        Assert.False(claims.IsLooking);
        Assert.Equal(PoolItemState.Free, Seats(requester).GetState(seat));
    }

    private static (SimulatedReplica Requester, string Seat, SimulatedReplica Owner) Find(SimulatedCluster cluster)
    {
        var item = Seats(cluster.Replicas[0]).Items.First(i => i.Owner != cluster.Replicas[0].Run!.Id);
        return (cluster.Replicas[0], item.Item, cluster.Replicas.First(r => r.Run!.Id == item.Owner));
    }

    private static IPool<string> Seats(SimulatedReplica replica) => replica.Replica.GetPool<string>("seats");

    private static SimulatedCluster Cluster()
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => (o.ExpectedReplicas, o.ForgetAfter) = (3, TimeSpan.FromHours(3)) },
            objects => objects.AddPool("seats", Enumerable.Range(1, 9).Select(i => $"seat {i}")));
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).Audit.Free == 9));
        return cluster;
    }
}
