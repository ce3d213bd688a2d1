using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What becomes of the rights that a hold of a bounded counter binds.</summary>
public sealed class HoldDecisionTests
{
    private static readonly Instant s_now = new(TimeSpan.TicksPerDay);

    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly ScenePort _port = new() { Authority = Id(1) };
    private readonly ReservationPublisher _publisher = new();
    private readonly ReservationAuthority _desk;

    public HoldDecisionTests()
    {
        _publisher.View = _scene.View;
        _desk = new ReservationAuthority(_port, Id(1), _scene.View, _scene.View.ReservationsOf(Name));
    }

    [Fact]
    public void Holds_are_numbered_and_bind_what_they_are_about()
    {
        Assert.Equal((1UL, 2UL), (Hold(4), Hold(5)));
        Assert.Equal((9, 0), (_desk.Held, _desk.Released));
        Assert.Equal([HoldKey.Of(new HoldId(Id(1), 1)), HoldKey.Of(new HoldId(Id(1), 2))], _publisher.Reservations.Select(c => c.Key));
        var (_, record, expiresAt) = _publisher.Reservations[1];
        Assert.Equal((ReservationState.Held, 5L, Id(1), 2UL, Id(1), 0UL, 1UL), (record.State, record.Amount, record.Holder, record.Number, record.By, record.Ticket, record.Version));
        Assert.Equal(s_now + TimeSpan.FromSeconds(1), expiresAt);
    }

    [Fact]
    public void Confirmed_hold_is_spent()
    {
        Hold(4);
        Hold(5);
        Ask(ReservationVerb.Confirm, number: 1);
        Tend(2);
        var record = _publisher.Reservations[2].Record;
        Assert.Equal((ReservationState.Taken, 4L, Id(1), 1UL, Id(2), 7UL, 2UL), (record.State, record.Amount, record.Holder, record.Number, record.By, record.Ticket, record.Version));
        Assert.Equal([4], _port.ConfirmedHere);
        Assert.Equal((5, 0), (_desk.Held, _desk.TakeReleased()));
    }

    [Fact]
    public void Canceled_hold_gives_back_what_it_bound_once()
    {
        Hold(4);
        Hold(5);
        Ask(ReservationVerb.Cancel, number: 1);
        Tend(2);
        Assert.Equal((ReservationState.Canceled, 4L), (_publisher.Reservations[2].Record.State, _publisher.Reservations[2].Record.Amount));
        Ask(ReservationVerb.Cancel, number: 2);
        Tend(2);
        Assert.Equal((0, 9), (_desk.Held, _desk.TakeReleased()));
        Assert.Equal(0, _desk.TakeReleased());
        Assert.Empty(_port.ConfirmedHere);
    }

    [Fact]
    public void Hold_whose_time_is_over_gives_back_what_it_bound()
    {
        Hold(4);
        _desk.Tend(s_now + TimeSpan.FromMilliseconds(999), new HashSet<ReplicaId>(), _publisher);
        Assert.Equal((4, s_now + TimeSpan.FromSeconds(1)), (_desk.Held, _desk.NextExpiry));
        _desk.Tend(s_now + TimeSpan.FromSeconds(1), new HashSet<ReplicaId>(), _publisher);
        Assert.Equal((ReservationState.Expired, Id(1), 0UL), (_publisher.Reservations[1].Record.State, _publisher.Reservations[1].Record.By, _publisher.Reservations[1].Record.Ticket));
        Assert.Equal((0, 4), (_desk.Held, _desk.TakeReleased()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Verbs_of_a_pool_mean_nothing_for_a_hold(int verb)
    {
        Ask((ReservationVerb)verb, number: 1, seen: 0);
        Tend(2);
        Hold(4);
        Ask((ReservationVerb)verb, number: 1);
        Tend(2);
        Ask(ReservationVerb.Confirm, number: 1);
        Tend(2);
        Ask((ReservationVerb)verb, number: 1, seen: 2);
        Tend(2);
        Assert.Equal([ReservationState.Held, ReservationState.Taken], _publisher.Reservations.Select(c => c.Record.State));
    }

    [Fact]
    public void Hold_of_another_account_that_this_replica_inherited_is_not_its_own()
    {
        Hold(4);
        _port.Authority = Id(3);
        _scene.Close([], Closing(3, 1, ClosedSide.Empty));
        var key = HoldKey.Of(new HoldId(Id(3), 1));
        _publisher.Publish(Name, key, new ReservationRecord(ReservationState.Held, 6, Id(3), 1, Id(3), 0, 1, []), Instant.Never);
        _scene.Learn(2, AccountRecord.Empty with { Requests = [new ReservationRequest(7, key, ReservationVerb.Cancel, default, 0, 0, 1, 0)] });
        Tend(2);
        Assert.Equal(ReservationState.Canceled, _publisher.Reservations[2].Record.State);
        Assert.Equal((4, 0), (_desk.Held, _desk.Released));
    }

    [Fact]
    public void Withdrawals_are_about_items_of_a_pool_only()
    {
        Hold(4);
        _scene.Learn(2, AccountRecord.Empty with { Withdrawals = [new Withdrawal(5, 0, HoldKey.Of(new HoldId(Id(1), 1)))] });
        Tend(2);
        Assert.Empty(_desk.Heard);
        Assert.Single(_publisher.Reservations);
    }

    private ulong Hold(long amount) => _desk.Hold(amount, TimeSpan.FromSeconds(1), s_now, _publisher);

    private void Ask(ReservationVerb verb, ulong number, ulong seen = 1) =>
        _scene.Learn(2, AccountRecord.Empty with { Requests = [new ReservationRequest(7, HoldKey.Of(new HoldId(Id(1), number)), verb, default, 0, 0, seen, 0)] });

    private void Tend(params ulong[] reachable) => _desk.Tend(s_now, reachable.Select(Id).ToHashSet(), _publisher);
}
