using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

public sealed class PoolTests
{
    private static readonly string[] s_seats = [.. Enumerable.Range(1, 30).Select(i => $"A{i}")];
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    [Fact]
    public void An_item_is_taken_once_wherever_it_lives()
    {
        using var cluster = Cluster();
        foreach (var seat in s_seats.Take(6))
        {
            var outcomes = new PoolOutcome[3];
            cluster.Run(() => Task.WhenAll(Enumerable.Range(0, 3).Select(async i => outcomes[i] = await Seats(cluster, i).TakeAsync(seat, s_deadline))));
            Assert.Equal(1, outcomes.Count(o => o == PoolOutcome.Done));
            Assert.Equal(2, outcomes.Count(o => o == PoolOutcome.NotFree));
        }

        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(new EscrowAudit(30, 6, 0, 24, 0, true), r.Replica.GetPool<string>("seats").GetAudit()));
    }

    [Fact]
    public void Every_item_is_sold_and_no_more()
    {
        using var cluster = Cluster();
        var taken = new List<string>();
        cluster.Run(async () =>
        {
            for (var i = 0; await Seats(cluster, i % 3).TakeAnyAsync(null, s_deadline) is { Outcome: PoolOutcome.Done, Item: { } seat }; i++) taken.Add(seat);
        });
        Assert.Equal(s_seats.Order(), taken.Order());
    }

    [Fact]
    public void A_held_item_is_confirmed_elsewhere_and_comes_back_when_it_is_not()
    {
        using var cluster = Cluster();
        var (first, second) = (Hold(cluster, 1, "A1"), Hold(cluster, 1, "A2"));
        Assert.Equal(PoolOutcome.Held, Hold(cluster, 2, "A1").Outcome);
        Assert.Equal(HoldOutcome.Confirmed, Ask(cluster, 0, p => p.ConfirmAsync(first.Id!.Value, s_deadline)));
        Assert.Equal(HoldOutcome.AlreadyConfirmed, Ask(cluster, 2, p => p.ConfirmAsync(first.Id!.Value, s_deadline)));
        Assert.Equal(HoldOutcome.Canceled, Ask(cluster, 0, p => p.CancelAsync(second.Id!.Value, s_deadline)));

        // The one that asks has to have heard of it: else it says that the item is held, as it is for it.
        cluster.RunUntilConverged();
        Assert.Equal(PoolOutcome.Done, Hold(cluster, 2, "A2").Outcome);
        cluster.RunFor(TimeSpan.FromSeconds(12));
        Assert.Equal((PoolItemState.Taken, PoolItemState.Free), (Seats(cluster, 0).GetState("A1"), Seats(cluster, 0).GetState("A2")));
    }

    [Fact]
    public void A_taken_item_can_be_given_back_and_taken_again()
    {
        using var cluster = Cluster();
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 0, p => p.TakeAsync("A7", s_deadline)));
        cluster.RunUntilConverged();
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 1, p => p.ReturnAsync("A7", s_deadline)));

        // The one that asks has to have heard of it: else it says that the item is taken, as it is for it.
        cluster.RunUntilConverged();
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 2, p => p.TakeAsync("A7", s_deadline)));
        Assert.Equal(PoolOutcome.Unknown, Ask(cluster, 2, p => p.TakeAsync("B1", s_deadline)));
    }

    [Fact]
    public void While_the_owner_is_away_its_items_are_stranded_and_an_answer_says_so()
    {
        using var cluster = Cluster();
        var seat = Seats(cluster, 1).GetItems().First(i => i.Owner == cluster.Replicas[0].Replica.Self.Id).Item;
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(PoolItemState.Stranded, Seats(cluster, 1).GetState(seat));
        Assert.Equal(PoolOutcome.OwnerAway, Ask(cluster, 1, p => p.TakeAsync(seat, s_deadline)));
        cluster.Network.RestoreAll();
        cluster.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal(PoolItemState.Free, Seats(cluster, 1).GetState(seat));
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 2, p => p.TakeAsync(seat, s_deadline)));
    }

    [Fact]
    public void The_successor_of_a_dead_owner_sells_its_items()
    {
        using var cluster = Cluster();
        var mine = Seats(cluster, 1).GetItems().Where(i => i.Owner == cluster.Replicas[0].Replica.Self.Id).Select(i => i.Item).ToArray();
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 0, p => p.TakeAsync(mine[0], s_deadline)));
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Replicas[0].Start();
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(PoolOutcome.NotFree, Ask(cluster, 1, p => p.TakeAsync(mine[0], s_deadline)));
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 1, p => p.TakeAsync(mine[1], s_deadline)));
    }

    /// <summary>The owner grants a return, and the item is taken again; then the owner leaves, and its successor finds the return still asked for, by one who could not hear of it.</summary>
    [Fact]
    public void What_one_owner_has_granted_its_successor_does_not_grant_again()
    {
        using var cluster = Cluster();
        var seat = Seats(cluster, 1).GetItems().First(i => i.Owner == cluster.Replicas[0].Replica.Self.Id).Item;
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 1, p => p.TakeAsync(seat, s_deadline)));
        cluster.RunUntilConverged();
        var returned = cluster.Begin(() => Seats(cluster, 1).ReturnAsync(seat, TimeSpan.FromMinutes(1)));
        cluster.RunUntil(() => Seats(cluster, 0).GetState(seat) == PoolItemState.Free);
        cluster.Isolate(1);
        cluster.RunUntil(() => Seats(cluster, 2).GetState(seat) == PoolItemState.Free);
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 2, p => p.TakeAsync(seat, s_deadline)));
        Assert.False(returned.IsCompleted);
        cluster.Replicas[0].Stop();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.NotEqual(cluster.Replicas[0].NodeName, OwnerOf(cluster, seat));
        Assert.Equal(PoolItemState.Taken, Seats(cluster, 2).GetState(seat));
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(PoolItemState.Taken, Seats(cluster, 2).GetState(seat));
        Assert.True(returned.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_return_is_about_what_was_taken_when_it_was_asked_for()
    {
        using var cluster = Cluster();
        Assert.Equal(PoolOutcome.NotFree, Ask(cluster, 1, p => p.ReturnAsync("A1", s_deadline)));
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 1, p => p.TakeAsync("A1", s_deadline)));
        cluster.RunUntilConverged();
        var outcomes = new PoolOutcome[3];
        cluster.Run(() => Task.WhenAll(Enumerable.Range(0, 3).Select(async i => outcomes[i] = await Seats(cluster, i).ReturnAsync("A1", s_deadline))));
        Assert.Equal([PoolOutcome.Done, PoolOutcome.NotFree, PoolOutcome.NotFree], outcomes.Order());
    }

    [Fact]
    public void An_owner_that_is_cut_off_says_that_no_majority_answers_and_not_that_the_owner_is_away()
    {
        using var cluster = Cluster();
        var items = Seats(cluster, 0).GetItems();
        var own = items.First(i => i.Owner == cluster.Replicas[0].Replica.Self.Id).Item;
        var others = items.First(i => i.Owner != cluster.Replicas[0].Replica.Self.Id).Item;
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(PoolOutcome.NoMajority, Ask(cluster, 0, p => p.TakeAsync(own, s_deadline)));
        Assert.Equal(PoolOutcome.OwnerAway, Ask(cluster, 0, p => p.TakeAsync(others, s_deadline)));
        cluster.Network.RestoreAll();
        cluster.RunFor(TimeSpan.FromSeconds(8));
        Assert.Equal(PoolItemState.Free, Seats(cluster, 1).GetState(own));
        Assert.Equal(PoolOutcome.Done, Ask(cluster, 0, p => p.TakeAsync(own, s_deadline)));
    }

    [Fact]
    public void The_owner_of_a_held_item_that_is_cut_off_says_that_no_majority_answers()
    {
        using var cluster = Cluster();
        var own = Seats(cluster, 0).GetItems().First(i => i.Owner == cluster.Replicas[0].Replica.Self.Id).Item;
        var hold = Hold(cluster, 0, own);
        cluster.Isolate(0);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(HoldOutcome.NoMajority, Ask(cluster, 0, p => p.ConfirmAsync(hold.Id!.Value, s_deadline)));
    }

    [Fact]
    public void Before_the_first_grant_no_owner_is_said_to_be_away()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 1, Configure = o => o.ExpectedReplicas = 3 }, objects => objects.AddPool("seats", ["A1", "A2"]));
        Assert.Equal(PoolOutcome.NoMajority, Ask(cluster, 0, p => p.TakeAsync("A1", s_deadline)));
    }

    [Fact]
    public void Who_takes_any_item_asks_for_no_second_when_the_time_is_over()
    {
        using var cluster = Cluster();
        cluster.Isolate(0);
        Assert.Equal(PoolOutcome.NoMajority, Ask(cluster, 0, p => p.TakeAnyAsync(null, TimeSpan.FromMilliseconds(10.5))).Outcome);
        Assert.Equal(1, cluster.Replicas[0].Run!.Node.Host.Core.Escrow.Accounts[0].Authority.Index.Count);
        Assert.DoesNotContain(Seats(cluster, 0).GetItems(), i => i.State == PoolItemState.Taken);
    }

    /// <summary>An owner that was closed and does not know it yet hears what its successor has decided: that takes nothing away of what it decided itself, else it would begin anew.</summary>
    [Fact]
    public void What_two_owners_have_decided_about_an_item_stands_side_by_side()
    {
        using var cluster = Cluster();
        var name = new EscrowName(ObjectKind.Pool, "seats");
        byte[] key = [0xA2, (byte)'A', (byte)'1'];
        foreach (var (replica, state) in new[] { (0, ReservationState.Taken), (1, ReservationState.Free) })
        {
            var record = new ReservationRecord(state, 1, default, 0, default, 0, 1, []);
            cluster.Replicas[replica].Run!.Node.Host.Locked((core, _) => ((IEscrowPublisher)core).Publish(name, key, record, default), drain: true);
            cluster.RunUntilConverged();
        }

        var book = cluster.Replicas[2].Run!.Node.Host.Core.Escrow.View.ReservationsOf(name);
        Assert.Equal(ReservationState.Taken, book.Current(key, cluster.Replicas[0].Run!.Id, out _)?.Record.State);
        Assert.Equal(ReservationState.Free, book.Current(key, cluster.Replicas[1].Run!.Id, out _)?.Record.State);
    }

    private static string OwnerOf(SimulatedCluster cluster, string seat)
    {
        var owner = Seats(cluster, 2).GetItems().First(i => i.Item == seat).Owner;
        return cluster.Replicas.Select(r => r.Run).FirstOrDefault(r => r?.Id == owner)?.Node.Self.NodeName ?? cluster.Replicas[0].NodeName;
    }

    private static PoolHold Hold(SimulatedCluster cluster, int replica, string seat) =>
        Ask(cluster, replica, p => p.HoldAsync(seat, new() { TimeToLive = TimeSpan.FromSeconds(10), Timeout = s_deadline }));

    private static TResult Ask<TResult>(SimulatedCluster cluster, int replica, Func<IPool<string>, Task<TResult>> ask)
    {
        TResult? result = default;
        cluster.Run(async () => result = await ask(Seats(cluster, replica)));
        return result!;
    }

    private static IPool<string> Seats(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Replica.GetPool<string>("seats");

    private static SimulatedCluster Cluster()
    {
        var cluster = new SimulatedCluster(new SimulationOptions { Configure = o => o.ExpectedReplicas = 3 }, objects => objects.AddPool("seats", s_seats));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetPool<string>("seats").GetAudit().Free == 30));
        return cluster;
    }
}
