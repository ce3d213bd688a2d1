using PeerReplica.Hosting.LocalState;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>A request ends with its caller's waiting, on both sides: an item that was granted too late is free again, and what was withdrawn does not pile up.</summary>
public sealed class WithdrawnRequestTests
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(false, 3)]
    [InlineData(false, 90)]
    [InlineData(false, 4000)]
    [InlineData(true, 90)]
    public void An_item_granted_to_a_requester_that_was_cut_off_is_free_again(bool isHold, int seconds)
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        Assert.Equal(PoolOutcome.OwnerAway, AskAndCut(cluster, requester, seat, owner, requester, isHold));
        cluster.RunFor(TimeSpan.FromSeconds(seconds));
        Assert.NotEqual(PoolItemState.Free, Seats(owner).GetState(seat));
        cluster.Heal();
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(30));
        cluster.Run(async () => Assert.Equal(PoolOutcome.Done, await Seats(owner).TakeAsync(seat, TimeSpan.FromSeconds(5))));
    }

    [Fact]
    public void An_item_granted_by_an_owner_that_was_cut_off_is_free_again()
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        Assert.Equal(PoolOutcome.OwnerAway, AskAndCut(cluster, requester, seat, owner, owner, isHold: false));
        cluster.RunFor(TimeSpan.FromSeconds(90));
        cluster.Heal();
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void An_item_that_was_granted_while_everybody_was_cut_off_is_free_again()
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        var outcome = AskAndCut(cluster, requester, seat, owner, requester, isHold: false, () => cluster.Network.Cut(owner, cluster.Replicas.First(r => r != requester && r != owner)));
        Assert.Equal(PoolOutcome.OwnerAway, outcome);
        cluster.RunFor(TimeSpan.FromSeconds(90));
        cluster.Heal();
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void An_item_of_its_own_that_a_replica_took_without_a_majority_is_free_again()
    {
        using var cluster = Cluster();
        var replica = cluster.Replicas[0];
        var seat = Seats(replica).Items.First(i => i.Owner == replica.Run!.Id).Item;
        Cut(cluster, replica);
        cluster.Run(async () => Assert.Equal(PoolOutcome.NoMajority, await Seats(replica).TakeAsync(seat, s_wait)));
        cluster.RunFor(TimeSpan.FromSeconds(90));
        cluster.Heal();
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(30));
        cluster.RunFor(TimeSpan.FromSeconds(90));
        Assert.All(cluster.Replicas, r => Assert.Equal(PoolItemState.Free, Seats(r).GetState(seat)));
        cluster.Run(async () => Assert.Equal(PoolOutcome.Done, await Seats(replica).TakeAsync(seat, s_wait)));
    }

    [Fact]
    public void An_item_is_free_again_when_the_requester_withdrew_and_then_crashed()
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        var third = cluster.Replicas.First(r => r != requester && r != owner);

        // Only the owner is cut off: the third replica keeps the withdrawal when the requester crashes.
        Assert.Equal(PoolOutcome.OwnerAway, AskAndCut(cluster, requester, seat, owner, owner, isHold: false));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        requester.Crash();
        cluster.Heal();
        cluster.RunUntil(() => Seats(owner).GetState(seat) == PoolItemState.Free && Seats(third).GetState(seat) == PoolItemState.Free, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void An_item_whose_requester_died_after_the_grant_stays_taken_until_somebody_returns_it()
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        var third = cluster.Replicas.First(r => r != requester && r != owner);
        cluster.Begin(() => Seats(requester).TakeAsync(seat, s_wait));
        cluster.RunUntil(() => Seats(owner).GetState(seat) == PoolItemState.Taken, s_wait);
        requester.Crash();
        cluster.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(PoolItemState.Taken, Seats(third).GetState(seat));
        cluster.Run(async () => Assert.Equal(PoolOutcome.Done, await Seats(third).ReturnAsync(seat, s_wait)));
        cluster.Run(async () => Assert.Equal(PoolOutcome.Done, await Seats(third).TakeAsync(seat, s_wait)));
    }

    [Fact]
    public void Whatever_the_deadline_the_caller_s_answer_and_the_item_agree()
    {
        using var cluster = Cluster(400);
        var requester = cluster.Replicas[0];
        var answers = new Dictionary<string, PoolOutcome>();
        var deadline = TimeSpan.Zero;
        foreach (var seat in Seats(requester).Items.Select(i => i.Item).ToArray())
        {
            var wait = deadline += TimeSpan.FromMilliseconds(0.25);
            cluster.Run(async () => answers[seat] = await Seats(requester).TakeAsync(seat, wait));
        }

        Assert.Contains(PoolOutcome.Done, answers.Values);
        Assert.Contains(PoolOutcome.OwnerAway, answers.Values);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        foreach (var (seat, answer) in answers)
            Assert.All(cluster.Replicas, r => Assert.Equal(answer == PoolOutcome.Done ? PoolItemState.Taken : PoolItemState.Free, Seats(r).GetState(seat)));
    }

    [Fact]
    public void A_request_that_is_canceled_leaves_the_item_free()
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        using var cut = new CancellationTokenSource();
        var asking = cluster.Begin(() => Seats(requester).TakeAsync(seat, s_wait, cut.Token));
        cluster.RunUntil(() => Seats(owner).GetState(seat) == PoolItemState.Taken, s_wait);
        cut.Cancel();
        cluster.RunUntil(() => asking.IsCompleted);
        Assert.True(asking.IsCanceled);
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_replica_that_stops_leaves_no_item_taken_for_callers_that_got_no_answer()
    {
        using var cluster = Cluster();
        var (requester, seat, owner) = Find(cluster);
        var asking = cluster.Begin(() => Seats(requester).TakeAsync(seat, s_wait));
        cluster.RunUntil(() => Seats(owner).GetState(seat) == PoolItemState.Taken, s_wait);
        var stopping = cluster.Begin(() => requester.Run!.Node.StopAsync(CancellationToken.None));
        cluster.RunUntil(() => stopping.IsCompleted && asking.IsCompleted);
        Assert.True(asking.IsFaulted);
        cluster.RunUntil(() => cluster.Replicas.All(r => r == requester || Seats(r).GetState(seat) == PoolItemState.Free), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Requests_that_are_withdrawn_during_a_long_cut_do_not_pile_up()
    {
        using var cluster = Cluster();
        var (requester, seat, _) = Find(cluster);
        var reservations = Reservations(requester);
        Cut(cluster, requester);
        var most = 0;
        cluster.Run(async () =>
        {
            for (var i = 0; i < 1500; i++)
            {
                Assert.Equal(PoolOutcome.OwnerAway, await Seats(requester).TakeAsync(seat, TimeSpan.FromMilliseconds(i < 1000 ? 1 : 10)));
                most = Math.Max(most, reservations.Withdrawals.Length + reservations.Requests.Length);
            }
        });
        Assert.InRange(most, 1, ReservationOperations.MaxPublished);
        var before = reservations.Withdrawals.Length;
        cluster.RunFor(TimeSpan.FromMinutes(3));

        // Once the owner is known to be out of reach nothing is published, so nothing need be withdrawn.
        cluster.Run(async () => Assert.Equal(PoolOutcome.OwnerAway, await Seats(requester).TakeAsync(seat, TimeSpan.FromMilliseconds(10))));
        Assert.Equal(before, reservations.Withdrawals.Length);
        cluster.Heal();
        cluster.RunUntil(() => !reservations.IsLooking, TimeSpan.FromSeconds(10));
        Assert.Empty(reservations.Withdrawals);
        cluster.RunUntil(() => Seats(requester).GetState(seat) == PoolItemState.Free, TimeSpan.FromSeconds(10));
        cluster.Run(async () => Assert.Equal(PoolOutcome.Done, await Seats(requester).TakeAsync(seat, s_wait)));
    }

    [Fact]
    public void Rights_that_a_caller_waited_for_are_not_lost_when_the_caller_was_cut_off()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => (o.ExpectedReplicas, o.ForgetAfter) = (3, TimeSpan.FromHours(3)) },
            objects => objects.AddBoundedCounter("left", 90, o => o.Allowance = 1));
        var requester = cluster.Replicas[0];
        var left = requester.Replica.GetBoundedCounter("left");
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        var asking = cluster.Begin(async () => Assert.False(await left.TakeAsync(80, s_wait)));
        cluster.RunFor(TimeSpan.FromMilliseconds(15));
        Cut(cluster, requester);
        cluster.RunUntil(() => asking.IsCompleted);
        cluster.RunFor(TimeSpan.FromSeconds(90));
        cluster.Heal();
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal((90, 0, 0), (left.Value, left.Audit.Sold, left.Audit.Stranded));
        cluster.Run(async () => Assert.True(await cluster.Replicas[1].Replica.GetBoundedCounter("left").TakeAsync(90, TimeSpan.FromSeconds(10))));
    }

    private static PoolOutcome AskAndCut(
        SimulatedCluster cluster, SimulatedReplica requester, string seat, SimulatedReplica owner, SimulatedReplica isolated, bool isHold, Action? alsoCut = null)
    {
        var outcome = default(PoolOutcome);
        var asking = cluster.Begin(async () =>
        {
            var pool = Seats(requester);
            outcome = isHold
                ? (await pool.HoldAsync(seat, TimeSpan.FromDays(1), s_wait)).Outcome
                : await pool.TakeAsync(seat, s_wait);
        });

        // The owner has heard of the request; its answer is lost.
        cluster.RunUntil(() => Seats(owner).GetState(seat) != PoolItemState.Free, s_wait);
        Cut(cluster, isolated);
        alsoCut?.Invoke();
        cluster.RunUntil(() => asking.IsCompleted);
        return outcome;
    }

    private static void Cut(SimulatedCluster cluster, SimulatedReplica replica)
    {
        foreach (var other in cluster.Replicas.Where(r => r != replica)) cluster.Network.Cut(replica, other);
    }

    private static ReservationOperations Reservations(SimulatedReplica replica) =>
        ((AccountObject)replica.Run!.Node.Host.Registered.First(o => o.Identity.Name == "seats")).Reservations;

    private static (SimulatedReplica Requester, string Seat, SimulatedReplica Owner) Find(SimulatedCluster cluster)
    {
        var item = Seats(cluster.Replicas[0]).Items.First(i => i.Owner != cluster.Replicas[0].Run!.Id);
        return (cluster.Replicas[0], item.Item, cluster.Replicas.First(r => r.Run!.Id == item.Owner));
    }

    private static IPool<string> Seats(SimulatedReplica replica) => replica.Replica.GetPool<string>("seats");

    private static SimulatedCluster Cluster(int seats = 9)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => (o.ExpectedReplicas, o.ForgetAfter) = (3, TimeSpan.FromHours(3)) },
            objects => objects.AddPool("seats", Enumerable.Range(1, seats).Select(i => $"seat {i}")));
        cluster.RunUntil(() => cluster.Replicas.All(r => Seats(r).Audit.Free == seats));
        return cluster;
    }
}
