using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What an account asks others for, what it gives them, and when it must tell them something.</summary>
public sealed class AccountTests
{
    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly ScenePort _port = new(hasCeiling: true);
    private readonly Account _account;
    private readonly ReservationPublisher _publisher = new();
    private Instant _now = new(TimeSpan.TicksPerSecond);
    private ulong _sequence = 10;

    public AccountTests() => _account = new Account(_port, Id(1), _scene.View, new Ledger(_scene.View));

    [Fact]
    public void Account_of_a_cluster_that_is_not_formed_does_nothing()
    {
        var account = new Account(_port, Id(1), new EscrowView(), new Ledger(new EscrowView()));
        _port.GrantedHere = 5;
        Assert.False(account.Tend(_now, new HashSet<ReplicaId>(), isLeaving: true, TimeSpan.FromHours(1), _publisher));
        Assert.False(account.IsStopped);
    }

    [Fact]
    public void Limits_of_both_sides_are_told_at_once_and_usable_when_acknowledged()
    {
        _scene.InitialGrant((1, 100, 50));
        _port.AllowanceHere = 10;
        Assert.True(Tend());
        var told = ToRecord();
        Assert.Equal((10L, 10L, _sequence, _sequence), (told.Down.Limit, told.Up.Limit, told.Down.LimitSince, told.Up.LimitSince));
        Assert.False(Tend());
        Assert.Equal((0, 0), (_port.DownBudget.Left, _port.UpBudget.Left));
        _scene.Acknowledge(1, _sequence);
        Assert.False(Tend());
        Assert.Equal((10, 10), (_port.DownBudget.Left, _port.UpBudget.Left));
        Assert.False(_account.IsStale);
    }

    [Fact]
    public void Only_voter_spends_without_asking_anybody()
    {
        var scene = new EscrowScene(1);
        var account = new Account(_port, Id(1), scene.View, new Ledger(scene.View));
        scene.InitialGrant((1, 100, 50));
        account.Tend(_now, new HashSet<ReplicaId>(), isLeaving: false, TimeSpan.FromHours(1), _publisher);
        var told = account.ToRecord(5);
        Assert.Equal((100, 50), (told.Down.Limit, told.Up.Limit));
        var other = new Account(_port, Id(2), scene.View, new Ledger(scene.View));
        scene.Learn(1, told with { Down = told.Down with { Transfers = [new(Id(2), 50, 1)] }, Up = told.Up with { Transfers = [new(Id(2), 40, 1)] } });
        scene.Acknowledge(1, 5);
        other.Tend(_now, new HashSet<ReplicaId>(), isLeaving: false, TimeSpan.FromHours(1), _publisher);
        var others = other.ToRecord(1);
        Assert.Equal((10, 10), (others.Down.Limit, others.Up.Limit));
    }

    [Fact]
    public void Net_that_changed_waits_for_the_next_broadcast_and_a_lowered_limit_does_not()
    {
        Settle();
        Assert.True(_port.DownBudget.TryTake(2));
        Assert.False(Tend());
        Assert.True(_account.IsStale);
        ToRecord();
        Assert.False(_account.IsStale);
        Assert.True(_port.UpBudget.TryTake(2));
        Assert.True(_account.IsStale);
        Assert.False(Tend());
        ToRecord();
        _port.AllowanceHere = 5;
        Assert.True(Tend());
        Assert.Equal((7, 7), (ToRecord().Down.Limit, _port.DownBudget.Left + 2));
        Assert.False(Tend());
    }

    [Fact]
    public void Lowered_limit_is_told_at_once_where_there_is_no_ceiling()
    {
        var port = new ScenePort { AllowanceHere = 10 };
        var account = new Account(port, Id(1), _scene.View, new Ledger(_scene.View));
        _scene.InitialGrant((1, 100, 0));
        bool Tend() => account.Tend(_now, new HashSet<ReplicaId>(), isLeaving: false, TimeSpan.FromHours(1), _publisher);
        Assert.True(Tend());
        Assert.Same(AccountSide.Empty, account.ToRecord(5).Up);
        Assert.False(Tend());
        port.AllowanceHere = 4;
        Assert.True(Tend());
        Assert.Equal(4, account.ToRecord(6).Down.Limit);
        Assert.False(Tend());
    }

    [Fact]
    public void Acknowledged_limits_are_usable_also_where_more_is_asked_for_already()
    {
        _scene.InitialGrant((1, 100, 50));
        Tend();
        ToRecord();
        _scene.Acknowledge(1, _sequence);
        (_port.Wanted, _port.UpWanted) = (20, 20);
        Assert.True(Tend());
        Assert.Equal((10, 10), (_port.DownBudget.Left, _port.UpBudget.Left));
        var told = ToRecord();
        Assert.Equal((20, 20), (told.Down.Limit, told.Up.Limit));
    }

    [Fact]
    public void Lowered_limit_of_returns_is_told_at_once()
    {
        Settle();
        Assert.True(_port.UpBudget.TryTake(6));
        Assert.True(Tend());
        Assert.Equal(16, ToRecord().Up.Limit);
        _scene.Acknowledge(1, _sequence);
        Assert.False(Tend());
        _port.UpBudget.Add(6);
        Assert.True(Tend());
        Assert.Equal(10, ToRecord().Up.Limit);
    }

    [Fact]
    public void Account_with_few_rights_asks_for_stock_in_powers_of_two()
    {
        _scene.InitialGrant((1, 5, 0), (2, 100, 0));
        Tend();
        Assert.Equal(8, ToRecord().Stock);
        _scene.InitialGrant();
        _port.AllowanceHere = 40;
        Assert.True(Tend());
        Assert.Equal(64, ToRecord().Stock);
        _port.AllowanceHere = 9;
        Tend();
        Assert.Equal(0, ToRecord().Stock);
    }

    [Fact]
    public void Fast_account_asks_for_a_quarter_of_a_seconds_stock()
    {
        _scene.InitialGrant((1, 1_000, 0));
        _port.AllowanceHere = 40;
        for (var i = 0; i < 20; i++) SpendInATenthOfASecond(40);

        // 400 in a second: 100 should be in stock, and the 200 that are left are more than half of that.
        Assert.Equal(0, ToRecord().Stock);
        for (var i = 0; i < 4; i++) SpendInATenthOfASecond(40);

        // 40 are left: less than half of 100.
        Assert.Equal(64, ToRecord().Stock);
    }

    [Fact]
    public void Missed_take_asks_for_stock_until_it_is_forgotten()
    {
        _scene.InitialGrant((1, 5, 0), (2, 100, 0));
        _port.AllowanceHere = 5;
        Settle();
        Take(5);
        _port.AllowanceHere = 1;
        Tend();
        ToRecord();
        _port.MissedHere = 30;
        Assert.True(Tend());
        var told = ToRecord();
        Assert.Equal((32, 1), (told.Stock, told.Want));
        _port.MissedHere = 20;
        Assert.False(Tend());
        _now += TimeSpan.FromMilliseconds(249);
        Tend();
        Assert.Equal(32, ToRecord().Stock);
        _now += TimeSpan.FromMilliseconds(1);
        Assert.True(Tend());
        told = ToRecord();

        // What was spent in the meantime makes it ask for three.
        Assert.Equal((4, 0), (told.Stock, told.Want));
    }

    [Fact]
    public void What_was_missed_is_forgotten_when_rights_have_come()
    {
        _scene.InitialGrant((2, 100, 0));
        _port.AllowanceHere = 3;
        Tend();
        ToRecord();
        _port.MissedHere = 30;
        Tend();
        Assert.Equal((32, 3), (ToRecord().Stock, _account.ToRecord(++_sequence).Want));
        _scene.Down(2, AccountSide.Empty with { Transfers = [new(Id(1), 2, 1)] });
        _scene.Acknowledge(2, 1);
        Tend();
        var told = ToRecord();
        Assert.Equal((0, 0), (told.Stock, told.Want));
    }

    [Fact]
    public void What_waits_is_told_only_where_the_rights_do_not_suffice()
    {
        Settle();
        _port.Wanted = 100;
        _port.UpWanted = 50;
        Tend();
        var told = ToRecord();
        Assert.Equal((0, 0), (told.Want, told.UpWant));
        _port.Wanted = 101;
        Assert.True(Tend());
        Assert.Equal(101, ToRecord().Want);
        _port.UpWanted = 51;
        Assert.True(Tend());
        Assert.Equal(51, ToRecord().UpWant);
    }

    [Fact]
    public void Grant_is_told_at_once_and_effective_when_acknowledged()
    {
        Settle();
        Assert.True(_account.IsGrantEffective);
        _port.GrantedHere = 7;
        Assert.False(_account.IsGrantEffective);
        Assert.True(Tend());
        Assert.Equal(7, ToRecord().Down.Granted);
        Assert.False(_account.IsGrantEffective);
        _scene.Acknowledge(1, _sequence);
        Assert.True(_account.IsGrantEffective);
        _port.GrantedHere = 8;
        Assert.False(_account.IsGrantEffective);
    }

    [Fact]
    public void Changed_requests_withdrawals_and_what_was_heard_are_told_at_once()
    {
        Settle();
        _port.Asked = [new ReservationRequest(1, [1], ReservationVerb.Confirm, default, 0, 0, 1, 0)];
        Assert.True(_account.HasUnpublishedReservations);
        Assert.True(Tend());
        Assert.Same(_port.Asked, ToRecord().Requests);
        Assert.False(_account.HasUnpublishedReservations);
        _port.Withdrawn = [new Withdrawal(1, 1, [1])];
        Assert.True(_account.HasUnpublishedReservations);
        Assert.True(_account.IsStale);
        Assert.Same(_port.Withdrawn, ToRecord().Withdrawals);
        Assert.False(_account.HasUnpublishedReservations);
    }

    [Fact]
    public void Hold_is_told_at_once_and_gives_back_what_it_bound_when_it_is_over()
    {
        Settle();
        _port.Authority = Id(1);
        _publisher.View = _scene.View;
        Take(4);
        _account.Authority.Hold(4, TimeSpan.FromSeconds(1), _now, _publisher);
        Assert.True(Tend());
        var told = ToRecord();
        Assert.Equal((4, 4), (told.Held, told.Down.Net));
        _now += TimeSpan.FromSeconds(1);
        Assert.True(Tend());
        told = ToRecord();
        Assert.Equal((0, 0), (told.Held, told.Down.Net));
        Assert.Empty(_port.ConfirmedHere);
    }

    [Fact]
    public void Stopped_account_tells_its_last_word_once_and_wants_nothing()
    {
        Settle();
        Take(3);
        _port.Wanted = _port.UpWanted = 1_000;
        Assert.True(Tend(isLeaving: true));
        var told = ToRecord();
        Assert.True(told.IsFinal);
        Assert.Equal((3, 3, 0, 0, 0), (told.Down.Net, told.Down.Limit, told.Stock, told.Want, told.UpWant));
        Assert.Equal((0, 0), (_port.DownBudget.Left, _port.UpBudget.Left));
        Assert.False(Tend(isLeaving: true));
        Assert.False(Tend());
        Assert.Equal((true, false), (_account.IsStopped, _account.Authority.Index.IsCollected));

        // What comes back after the last word is taken out, and told.
        _port.DownBudget.Add(2);
        Assert.True(Tend());
        Assert.Equal((1, 0), (ToRecord().Down.Net, _port.DownBudget.Left));
        _port.UpBudget.Add(2);
        Assert.True(Tend());
        Assert.Equal((-2, 0), (ToRecord().Up.Net, _port.UpBudget.Left));
    }

    [Fact]
    public void Account_that_was_closed_stops()
    {
        Settle();
        _scene.Close([], Closing(1, 2, new ClosedSide(10, 0, [], []), new ClosedSide(10, 0, [], [])));
        Assert.True(Tend());
        Assert.True(_account.IsStopped);
        Assert.Equal(0, _port.DownBudget.Left);
    }

    [Fact]
    public void Copy_has_told_what_the_original_has()
    {
        Settle();
        Take(3);
        Tend();
        ToRecord();
        var port = new ScenePort(hasCeiling: true) { AllowanceHere = 10 };
        port.DownBudget.Add(_port.DownBudget.Left);
        port.UpBudget.Add(_port.UpBudget.Left);
        (port.Asked, port.Withdrawn) = (_port.Asked, _port.Withdrawn);
        var view = _scene.View.Copy();
        var copy = _account.Copy(port, view, new Ledger(view));
        Assert.Equal((3, false, false), (copy.Net, copy.IsStale, copy.IsStopped));
        Assert.Equal((10L, 10L), (copy.ToRecord(99).Down.Limit, copy.ToRecord(99).Up.Limit));
        Assert.Same(port, copy.Port);
        Tend(isLeaving: true);
        Assert.True(_account.Copy(port, view, new Ledger(view)).IsStopped);
        Assert.False(copy.IsStopped);
    }

    private void Settle()
    {
        if (_scene.View.InitialGrantOf(Name) is null) _scene.InitialGrant((1, 100, 50));
        Tend();
        ToRecord();
        _scene.Acknowledge(1, _sequence);
        Tend();
        ToRecord();
    }

    private void SpendInATenthOfASecond(long amount)
    {
        Settle();
        Take(amount);
        _now += TimeSpan.FromMilliseconds(100);
        Tend();
    }

    private void Take(long amount) => Assert.True(_port.DownBudget.TryTake(amount));

    private bool Tend(bool isLeaving = false) => _account.Tend(_now, new HashSet<ReplicaId>(), isLeaving, TimeSpan.FromHours(1), _publisher);

    private AccountRecord ToRecord()
    {
        var record = _account.ToRecord(++_sequence);
        _scene.Learn(1, record);
        return record;
    }
}
