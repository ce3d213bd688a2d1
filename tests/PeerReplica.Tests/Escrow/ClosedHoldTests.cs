using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What the holds of a closed account come to: still bound, taken, released, or taken too late to count.</summary>
public sealed class ClosedHoldTests
{
    private const ulong Cut = 50;

    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly Ledger _ledger;
    private readonly ReservationIndex _book;

    public ClosedHoldTests()
    {
        _ledger = new Ledger(_scene.View);
        _book = _scene.View.ReservationsOf(Name);
    }

    [Fact]
    public void Account_without_holds_has_none() => Assert.Equal((0, 0, 0, 0), _book.HoldsOf(Id(1)));

    [Fact]
    public void Hold_within_the_cut_is_open_until_the_successor_decides_and_that_is_acknowledged()
    {
        Close();
        Learn(1, Decided(1, Cut, ReservationState.Held));
        Learn(2, Decided(1, Cut, ReservationState.Held));
        Assert.Equal((8, 0, 0, 0), _book.HoldsOf(Id(1)));
        Learn(1, Decided(1, Cut, ReservationState.Held), Decided(2, 9, ReservationState.Canceled, version: 2));
        Assert.Equal((8, 0, 0, 0), _book.HoldsOf(Id(1)));
        _scene.Acknowledge(2, 8);
        Assert.Equal((8, 0, 0, 0), _book.HoldsOf(Id(1)));
        _scene.Acknowledge(2, 9);
        Assert.Equal((4, 0, 4, 0), _book.HoldsOf(Id(1)));
        Learn(2, Decided(1, Cut, ReservationState.Held), Decided(2, 10, ReservationState.Taken, version: 2));
        Assert.Equal((0, 4, 4, 0), _book.HoldsOf(Id(1)));
        Learn(2, Decided(1, Cut, ReservationState.Held), Decided(2, 10, ReservationState.Expired, version: 2));
        Assert.Equal((4, 0, 4, 0), _book.HoldsOf(Id(1)));
    }

    [Fact]
    public void Hold_that_its_holder_ended_in_time_binds_nothing()
    {
        Close();
        Learn(1, Decided(1, Cut, ReservationState.Taken));
        Learn(2, Decided(1, Cut, ReservationState.Canceled));
        Assert.Equal((0, 0, 0, 0), _book.HoldsOf(Id(1)));
    }

    [Fact]
    public void Hold_that_its_holder_confirmed_too_late_is_not_taken_by_it()
    {
        Close();
        Learn(1, Decided(1, Cut + 1, ReservationState.Taken, version: 2));
        Learn(2, Decided(1, Cut + 1, ReservationState.Canceled, version: 2));
        Learn(3, Decided(1, Cut + 1, ReservationState.Held));
        Assert.Equal((0, 0, 0, 4), _book.HoldsOf(Id(1)));
    }

    [Fact]
    public void Hold_about_which_a_closed_successor_decided_too_late_is_not_open()
    {
        Close();
        _scene.Close([new(Id(2), Cut)], Closing(2, 3, ClosedSide.Empty));
        Learn(1, Decided(1, Cut, ReservationState.Held), Decided(2, Cut + 1, ReservationState.Expired, version: 3));
        Assert.Equal((0, 0, 0, 0), _book.HoldsOf(Id(1)));
        Learn(1, Decided(1, Cut, ReservationState.Held), Decided(2, Cut, ReservationState.Expired, version: 3));
        Assert.Equal((0, 0, 4, 0), _book.HoldsOf(Id(1)));
    }

    [Fact]
    public void Removed_hold_is_forgotten()
    {
        Close();
        Learn(1, Decided(1, Cut, ReservationState.Held));
        Learn(2, Decided(1, Cut, ReservationState.Held));
        Assert.Equal((2, 2), (_book.Count, _book.Held.Count));
        Learn(1);
        Assert.Equal((4, 0, 0, 0), _book.HoldsOf(Id(1)));
        Learn(2);
        Learn(3);
        Assert.Equal((0, 0, 0, 0), _book.HoldsOf(Id(1)));
        Assert.Equal((0, 0), (_book.Count, _book.Held.Count));
        Learn(2, Decided(1, Cut, ReservationState.Held));
        Assert.Equal((4, 0, 0, 0), _book.HoldsOf(Id(1)));
    }

    [Fact]
    public void Account_that_held_leaves_its_successor_the_rest_and_what_the_successor_releases()
    {
        // Six of ten are spent, four of them held; two more may have been taken without anybody knowing.
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 6, Limit = 8 }, Held = 4 });
        Learn(1, Decided(1, Cut, ReservationState.Held));
        Close(limit: 8);
        Assert.Equal(new EscrowAudit(10, 2, 4, 2, 2, IsBalanced: true), Audit());
        Learn(1, Decided(1, Cut, ReservationState.Held), Decided(2, 9, ReservationState.Canceled, version: 2));
        Assert.Equal(new EscrowAudit(10, 2, 4, 2, 2, IsBalanced: true), Audit());
        _scene.Acknowledge(2, 9);
        Assert.Equal(new EscrowAudit(10, 2, 0, 6, 2, IsBalanced: true), Audit());
        Assert.Equal(6, _ledger.Rights(Name, Id(2), up: false));
    }

    [Fact]
    public void Hold_that_the_successor_confirms_is_sold()
    {
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 6, Limit = 8 }, Held = 4 });
        Close(limit: 8);
        Learn(1, Decided(1, Cut, ReservationState.Held), Decided(2, 9, ReservationState.Taken, version: 2));
        Assert.Equal(new EscrowAudit(10, 6, 0, 2, 2, IsBalanced: true), Audit());
        Assert.Equal(4, _ledger.Unsold(Name));
    }

    [Fact]
    public void Hold_that_is_heard_of_later_changes_what_a_closed_account_comes_to()
    {
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 6, Limit = 8 }, Held = 4 });
        Close(limit: 8);
        Assert.Equal(new EscrowAudit(10, 2, 0, 2, 6, IsBalanced: true), Audit());
        Learn(1, Decided(1, Cut, ReservationState.Held));
        Assert.Equal(new EscrowAudit(10, 2, 4, 2, 2, IsBalanced: true), Audit());
    }

    [Fact]
    public void Holds_of_all_that_was_granted_balance()
    {
        _scene.InitialGrant((1, 4, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 4, Limit = 4 }, Held = 4 });
        Close(limit: 4);
        Learn(1, Decided(1, Cut, ReservationState.Held));
        Assert.Equal(new EscrowAudit(4, 0, 4, 0, 0, IsBalanced: true), Audit());
        Learn(1, Decided(1, Cut, ReservationState.Held), Decided(2, 9, ReservationState.Taken, version: 2));
        Assert.Equal(new EscrowAudit(4, 4, 0, 0, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void Last_word_of_a_holder_leaves_nothing_in_doubt_but_its_holds()
    {
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 6, Limit = 8 }, Held = 4, IsFinal = true });
        Close(limit: 8);
        Learn(1, Decided(1, Cut, ReservationState.Held));
        Assert.Equal(new EscrowAudit(10, 2, 4, 4, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void Hold_that_was_confirmed_too_late_counts_as_not_sold()
    {
        // Its owner told that all six are taken, four of them after it was closed.
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 6, Limit = 8 } });
        Close(limit: 8);
        Learn(1, Decided(1, Cut + 1, ReservationState.Taken, version: 2));
        Assert.Equal(new EscrowAudit(10, 2, 0, 2, 6, IsBalanced: true), Audit());
    }

    [Fact]
    public void Decision_counts_once_it_is_acknowledged_or_if_the_cut_of_its_closed_authority_covers_it()
    {
        _scene.Acknowledge(2, 9);
        Assert.True(_book.IsEffective(Decided(2, 9, ReservationState.Held)));
        Assert.False(_book.IsEffective(Decided(2, 10, ReservationState.Held)));
        _scene.Acknowledge(1, Cut + 10);
        Close();
        Assert.True(_book.IsEffective(Decided(1, Cut, ReservationState.Held)));
        Assert.False(_book.IsEffective(Decided(1, Cut + 1, ReservationState.Held)));
    }

    [Fact]
    public void Reservation_has_the_version_of_its_latest_decision_that_counts()
    {
        var port = new ScenePort { Authority = Id(1) };
        Assert.Equal(0UL, _book.VersionOf(Key(1), port));
        Learn(1, Decided(1, 5, ReservationState.Held, version: 3));
        Assert.Equal(3UL, _book.VersionOf(Key(1), port));
        port.Authority = null;
        Assert.Equal(0UL, _book.VersionOf(Key(1), port));
    }

    [Fact]
    public void Ended_holds_are_queued_while_they_are_collected()
    {
        Learn(1, Decided(1, 5, ReservationState.Taken));
        Assert.False(_book.TryTakeEnded(out _));
        _book.IsCollected = true;
        Learn(2, Decided(1, 5, ReservationState.Held));
        Learn(3, Decided(1, 5, ReservationState.Canceled), Decided(2, 5, ReservationState.Canceled));
        Assert.False(_book.TryTakeEnded(out _));
        foreach (var (number, state) in ((ulong, ReservationState)[])[(4, ReservationState.Taken), (5, ReservationState.Canceled), (6, ReservationState.Expired)])
        {
            Learn(number, Decided(1, 5, state));
            Assert.True(_book.TryTakeEnded(out var key));
            Assert.Equal(Key(number), key);
        }

        Learn(4, Decided(1, 5, ReservationState.Taken));
        _book.IsCollected = true;
        Assert.True(_book.TryTakeEnded(out _));
        Learn(4, Decided(1, 5, ReservationState.Taken));
        _book.IsCollected = false;
        Assert.False(_book.TryTakeEnded(out _));
    }

    [Fact]
    public void Item_of_a_pool_that_is_held_is_among_the_held_reservations_and_no_hold_of_an_account()
    {
        _scene.View.Learn(Name, [1], [Decided(1, 5, ReservationState.Held)]);
        Assert.Single(_book.Held);
        Assert.Equal((0, 0, 0, 0), _book.HoldsOf(Id(1)));
        var version = _book.Version;
        _scene.View.Learn(Name, [1], [Decided(1, 6, ReservationState.Taken)]);
        Assert.Empty(_book.Held);
        Assert.True(_book.Version > version);
    }

    private static byte[] Key(ulong number) => HoldKey.Of(new HoldId(Id(1), number));

    private static Reservation Decided(ulong by, ulong sequence, ReservationState state, ulong version = 1) =>
        new(Id(by), sequence, new ReservationRecord(state, 4, Id(1), 1, Id(by), 1, version, []), Instant.Never);

    private void Learn(ulong number, params Reservation[] reservations) => _scene.View.Learn(Name, Key(number), reservations);

    private void Close(long limit = 0) => _scene.Close([new(Id(1), Cut)], Closing(1, 2, new ClosedSide(limit, 0, [], [])));

    private EscrowAudit Audit() => _ledger.Audit(Name, static _ => true);
}
