using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What the authority over an item decides, request by request.</summary>
public sealed class ReservationDecisionTests
{
    private static readonly byte[] s_key = [1];
    private static readonly Instant s_now = new(TimeSpan.TicksPerDay);

    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly ScenePort _port = new() { IsPool = true, Authority = Id(1) };
    private readonly ReservationPublisher _publisher = new();
    private readonly ReservationAuthority _desk;

    public ReservationDecisionTests()
    {
        _publisher.View = _scene.View;
        _desk = new ReservationAuthority(_port, Id(1), _scene.View, _scene.View.ReservationsOf(Name));
    }

    [Theory]
    [InlineData(null, 1, 2)]
    [InlineData(null, 2, 1)]
    [InlineData(null, 3, null)]
    [InlineData(null, 4, null)]
    [InlineData(null, 5, null)]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(0, 5, null)]
    [InlineData(1, 1, null)]
    [InlineData(1, 2, null)]
    [InlineData(1, 3, 2)]
    [InlineData(1, 4, 0)]
    [InlineData(1, 5, null)]
    [InlineData(2, 1, null)]
    [InlineData(2, 2, null)]
    [InlineData(2, 3, null)]
    [InlineData(2, 4, null)]
    [InlineData(2, 5, 0)]
    public void Verb_is_granted_only_in_the_state_that_it_begins_with(int? state, int verb, int? then)
    {
        if (state is { } now) Put(new ReservationRecord((ReservationState)now, 1, Id(2), 9, Id(3), 8, 4, []));
        Ask(2, Request((ReservationVerb)verb, seen: state is null ? 0UL : 4UL));
        Tend(2);
        if (then is not { } next)
        {
            Assert.Empty(_publisher.Reservations);
            return;
        }

        var record = Assert.Single(_publisher.Reservations).Record;
        var isHold = verb is 3 or 4;
        Assert.Equal(((ReservationState)next, 1L, Id(2), 7UL), (record.State, record.Amount, record.By, record.Ticket));
        Assert.Equal(state is null ? 1UL : 5UL, record.Version);
        Assert.Equal(verb == 2 ? (Id(2), 7UL) : isHold ? (Id(2), 9UL) : (default, 0UL), (record.Holder, record.Number));
    }

    [Theory]
    [InlineData(3UL, 9UL)]
    [InlineData(2UL, 8UL)]
    public void Hold_of_an_item_is_confirmed_and_canceled_by_its_holder_and_number_only(ulong holder, ulong number)
    {
        Put(new ReservationRecord(ReservationState.Held, 1, Id(2), 9, Id(2), 9, 1, []));
        foreach (var verb in (ReservationVerb[])[ReservationVerb.Confirm, ReservationVerb.Cancel])
        {
            Ask(2, Request(verb, seen: 1) with { Holder = Id(holder), Number = number });
            Tend(2);
        }

        Assert.Empty(_publisher.Reservations);
    }

    [Fact]
    public void Item_whose_key_looks_like_a_hold_binds_no_rights()
    {
        var key = HoldKey.Of(new HoldId(Id(1), 1));
        _scene.View.Learn(Name, key, [new Reservation(Id(1), 5, new ReservationRecord(ReservationState.Held, 1, Id(2), 9, Id(2), 9, 1, []), Instant.Never)]);
        Ask(2, Request(ReservationVerb.Confirm, seen: 1) with { Key = key });
        Tend(2);
        Assert.Equal(ReservationState.Taken, Assert.Single(_publisher.Reservations).Record.State);
        Assert.Equal((0, 0), (_desk.Held, _port.ConfirmedHere.Count));
    }

    [Fact]
    public void Request_about_another_version_is_not_granted()
    {
        Put(new ReservationRecord(ReservationState.Free, 1, default, 0, Id(3), 8, 4, []));
        Ask(2, Request(ReservationVerb.Take, seen: 3));
        Tend(2);
        Ask(2, Request(ReservationVerb.Take, seen: 5));
        Tend(2);
        Assert.Empty(_publisher.Reservations);
    }

    [Fact]
    public void Own_request_is_granted_as_the_port_has_it_and_not_as_it_was_told()
    {
        Ask(1, Request(ReservationVerb.Take, seen: 0));
        Tend(1, 2);
        Assert.Empty(_publisher.Reservations);
        _port.Asked = [Request(ReservationVerb.Take, seen: 0)];
        Tend();
        Assert.Equal((Id(1), ReservationState.Taken), (Assert.Single(_publisher.Reservations).Record.By, _publisher.Reservations[0].Record.State));
    }

    [Fact]
    public void Nothing_is_granted_to_a_replica_that_has_stopped_ended_or_whose_account_is_closed()
    {
        Ask(2, Request(ReservationVerb.Take, seen: 0), isFinal: true);
        Tend(2);
        _scene.Join(Id(3), static r => r with { Ended = [Id(3)] });
        Ask(3, Request(ReservationVerb.Take, seen: 0));
        Tend(2, 3);
        _scene.Close([], Closing(4, 2, ClosedSide.Empty));
        Ask(4, Request(ReservationVerb.Take, seen: 0));
        Tend(2, 3, 4);
        Assert.Empty(_publisher.Reservations);
    }

    [Theory]
    [InlineData(1_500, 1_500)]
    [InlineData(long.MaxValue, 7L * 24 * 3_600_000)]
    public void Hold_lasts_as_long_as_was_asked_for_and_at_most_a_week(long asked, long milliseconds)
    {
        Ask(2, Request(ReservationVerb.Hold, seen: 0) with { Milliseconds = asked });
        Tend(2);
        Assert.Equal(s_now + TimeSpan.FromMilliseconds(milliseconds), Assert.Single(_publisher.Reservations).ExpiresAt);
        Ask(2, Request(ReservationVerb.Confirm, seen: 1) with { Holder = Id(2), Number = 7, Milliseconds = asked });
        Tend(2);
        Assert.Equal(default, _publisher.Reservations[1].ExpiresAt);
    }

    [Fact]
    public void Hold_whose_time_is_over_frees_its_item()
    {
        Put(new ReservationRecord(ReservationState.Held, 1, Id(2), 9, Id(2), 9, 1, []), s_now + TimeSpan.FromTicks(2));
        _scene.View.Learn(Name, [2], [new Reservation(Id(1), 6, new ReservationRecord(ReservationState.Held, 1, Id(2), 9, Id(2), 9, 1, []), s_now + TimeSpan.FromTicks(1))]);
        Tend();
        Assert.Equal(s_now + TimeSpan.FromTicks(1), _desk.NextExpiry);
        TendAt(s_now + TimeSpan.FromTicks(1));
        Assert.Equal(s_now + TimeSpan.FromTicks(2), _desk.NextExpiry);
        var (key, record, expiresAt) = Assert.Single(_publisher.Reservations);
        Assert.Equal([2], key);
        Assert.Equal((ReservationState.Free, Id(1), 0UL, 2UL, default), (record.State, record.By, record.Ticket, record.Version, expiresAt));
        TendAt(s_now + TimeSpan.FromTicks(2));
        Assert.Equal(2, _publisher.Reservations.Count);
        TendAt(s_now + TimeSpan.FromTicks(3));
        Assert.Equal(Instant.Never, _desk.NextExpiry);
    }

    [Fact]
    public void Granted_request_is_noted_in_later_decisions_until_its_asker_no_longer_asks()
    {
        Ask(2, Request(ReservationVerb.Take, seen: 0));
        Tend(2);
        Assert.Empty(_publisher.Reservations[0].Record.Answered);
        _port.Asked = [new ReservationRequest(20, s_key, ReservationVerb.Return, default, 0, 0, 1, 0)];
        Tend(2);
        Assert.Equal([new Mark(Id(2), 7)], _publisher.Reservations[1].Record.Answered);
        Ask(2, new ReservationRequest(8, s_key, ReservationVerb.Take, default, 0, 0, 2, 0));
        Tend(2);
        Assert.Equal([new Mark(Id(1), 20)], _publisher.Reservations[2].Record.Answered);
        _port.Asked = [];
        Ask(2, Request(ReservationVerb.Take, seen: 99), new ReservationRequest(8, s_key, ReservationVerb.Take, default, 0, 0, 2, 0), new ReservationRequest(9, s_key, ReservationVerb.Return, default, 0, 0, 3, 0));
        Tend(2);
        Assert.Equal([new Mark(Id(2), 8)], _publisher.Reservations[3].Record.Answered);
    }

    [Fact]
    public void Hold_that_is_over_answers_no_request_itself()
    {
        Put(new ReservationRecord(ReservationState.Held, 1, Id(2), 7, Id(2), 7, 1, []), s_now);
        Ask(2, Request(ReservationVerb.Hold, seen: 0));
        Tend(2);
        Assert.Equal([new Mark(Id(2), 7)], Assert.Single(_publisher.Reservations).Record.Answered);
        Ask(2, Request(ReservationVerb.Hold, seen: 0), new ReservationRequest(8, s_key, ReservationVerb.Take, default, 0, 0, 2, 0));
        Tend(2);
        Assert.Equal([new Mark(Id(2), 7)], _publisher.Reservations[1].Record.Answered);
    }

    [Fact]
    public void Time_of_a_request_counts_anew_when_it_comes_back_after_it_was_taken_out()
    {
        var request = Request(ReservationVerb.Take, seen: 0) with { Wait = 100 };
        Ask(2, request);
        Tend();
        _scene.Learn(2, AccountRecord.Empty);
        Tend();
        Ask(2, request);
        TendAt(s_now + TimeSpan.FromMilliseconds(100), 2);
        Assert.Single(_publisher.Reservations);
    }

    [Fact]
    public void Time_of_a_request_counts_on_while_others_come_and_go()
    {
        var request = Request(ReservationVerb.Take, seen: 0) with { Wait = 100 };
        Ask(2, request, new ReservationRequest(8, [2], ReservationVerb.Take, default, 0, 0, 0, 100));
        Ask(3, new ReservationRequest(1, [3], ReservationVerb.Take, default, 0, 0, 0, 100));
        Tend();
        Ask(2, request);
        Tend();
        TendAt(s_now + TimeSpan.FromMilliseconds(100), 2, 3);
        Assert.Empty(_publisher.Reservations);
    }

    [Fact]
    public void Withdrawals_are_heard_of_askers_other_than_this_replica_whose_accounts_are_open()
    {
        Ask(2, Request(ReservationVerb.Confirm, seen: 0));
        Tend(2);
        Assert.Empty(_desk.Heard);
        _scene.Close([], Closing(4, 2, ClosedSide.Empty));
        foreach (var id in (ulong[])[1, 2, 4])
            _scene.Learn(id, AccountRecord.Empty with { Withdrawals = [new Withdrawal(5, 1, s_key), new Withdrawal(3, 1, s_key)] });
        Tend();
        Assert.Equal([new Mark(Id(2), 5)], _desk.Heard);
        var heard = _desk.Heard;
        Tend();
        Assert.Same(heard, _desk.Heard);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(4UL)]
    public void Withdrawn_grant_frees_its_item_also_where_it_is_this_replicas_or_one_of_a_closed_account(ulong asker)
    {
        if (asker == 4) _scene.Close([], Closing(4, 2, ClosedSide.Empty));
        Put(new ReservationRecord(ReservationState.Taken, 1, default, 0, Id(asker), 7, 3, []));
        if (asker == 1) _port.Withdrawn = [new Withdrawal(5, 7, s_key)];
        else _scene.Learn(asker, AccountRecord.Empty with { Withdrawals = [new Withdrawal(5, 7, s_key)] });
        Tend();
        var record = Assert.Single(_publisher.Reservations).Record;
        Assert.Equal((ReservationState.Free, 4UL, Id(1), 0UL), (record.State, record.Version, record.By, record.Ticket));
    }

    [Fact]
    public void Who_does_not_decide_about_a_reservation_hears_and_grants_nothing()
    {
        _port.Authority = Id(3);
        Ask(2, Request(ReservationVerb.Take, seen: 0));
        _scene.Learn(3, AccountRecord.Empty with { Withdrawals = [new Withdrawal(5, 1, s_key)] });
        Tend(2, 3);
        _port.Authority = null;
        Tend(2, 3);
        Assert.Empty(_publisher.Reservations);
        Assert.Empty(_desk.Heard);
    }

    [Fact]
    public void Successor_decides_once_all_is_here_that_the_closing_counted()
    {
        _port.Authority = Id(3);
        Ask(2, Request(ReservationVerb.Take, seen: 0));
        _scene.Close([new(Id(3), 50)], Closing(3, 1, ClosedSide.Empty));
        Tend(2);
        Assert.Empty(_publisher.Reservations);
        _scene.Down(3, AccountSide.Empty with { LimitSince = 50 });
        Tend(2);
        Assert.Single(_publisher.Reservations);
    }

    [Fact]
    public void Reservation_about_which_nobody_can_tell_what_was_decided_is_left_alone()
    {
        _port.Authority = Id(3);
        _scene.Down(3, AccountSide.Empty with { LimitSince = 50 });
        _scene.Close([new(Id(3), 50)], Closing(3, 1, ClosedSide.Empty));
        _scene.View.Learn(Name, s_key, [new Reservation(Id(3), 51, new ReservationRecord(ReservationState.Held, 1, Id(2), 9, Id(2), 9, 2, []), s_now)]);
        Ask(2, Request(ReservationVerb.Take, seen: 0), new ReservationRequest(8, s_key, ReservationVerb.Cancel, Id(2), 9, 0, 2, 0));
        _port.Withdrawn = [new Withdrawal(1, 9, s_key)];
        Tend(2);
        Assert.Empty(_publisher.Reservations);
    }

    private static ReservationRequest Request(ReservationVerb verb, ulong seen) => new(7, s_key, verb, Id(2), 9, 1_000, seen, 0);

    private void Put(ReservationRecord record, Instant expiresAt = default) =>
        _scene.View.Learn(Name, s_key, [new Reservation(Id(1), 5, record, expiresAt == default ? Instant.Never : expiresAt)]);

    private void Ask(ulong asker, params ReservationRequest[] requests) => _scene.Learn(asker, AccountRecord.Empty with { Requests = requests });

    private void Ask(ulong asker, ReservationRequest request, bool isFinal) => _scene.Learn(asker, AccountRecord.Empty with { Requests = [request], IsFinal = isFinal });

    private void Tend(params ulong[] reachable) => TendAt(s_now, reachable);

    private void TendAt(Instant now, params ulong[] reachable) => _desk.Tend(now, reachable.Select(Id).ToHashSet(), _publisher);
}
