using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What app threads may spend of an account: never beyond what is acknowledged, nor beyond what was told.</summary>
public sealed class AccountBookTests
{
    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly AtomicBudget _budget = new();
    private readonly Ledger _ledger;
    private readonly AccountBook _book;
    private ulong _sequence = 10;

    public AccountBookTests()
    {
        _ledger = new Ledger(_scene.View);
        _book = new AccountBook(Name, Id(1), up: false, _scene.View, _ledger, _budget);
        _scene.InitialGrant((1, 100, 0));
    }

    [Fact]
    public void Raised_limit_fills_the_budget_once_it_is_told_and_acknowledged()
    {
        _book.Limit(10, want: 0);
        Assert.True(_book.HasNews);
        _book.Balance();
        Assert.Equal(0, _budget.Left);
        var told = ToSide();
        Assert.Equal((0L, 10L, _sequence), (told.Net, told.Limit, told.LimitSince));
        Assert.False(_book.HasNews);
        _book.Balance();
        Assert.Equal(0, _budget.Left);
        _scene.Acknowledge(1, _sequence);
        _book.Balance();
        Assert.Equal((10, 0, 100), (_budget.Left, _book.Net, _book.Rights));
    }

    [Fact]
    public void Limit_is_raised_when_less_than_half_of_the_allowance_is_left()
    {
        Fill(10);
        Take(4);
        _book.Limit(10, want: 0);
        Assert.Equal((10, false), (_book.CurrentLimit, _book.HasNews));
        Take(1);
        _book.Limit(10, want: 0);
        Assert.Equal((15, true), (_book.CurrentLimit, _book.HasNews));
    }

    [Fact]
    public void Limit_is_raised_at_once_for_what_waits()
    {
        Fill(10);
        _book.Limit(10, want: 10);
        Assert.Equal(10, _book.CurrentLimit);
        _book.Limit(10, want: 11);
        Assert.Equal((11, true), (_book.CurrentLimit, _book.HasNews));
    }

    [Fact]
    public void Limit_that_is_left_by_exactly_half_is_not_raised()
    {
        Fill(9);
        Take(4);
        _book.Limit(9, want: 0);
        Assert.Equal(9, _book.CurrentLimit);
        Take(1);
        _book.Limit(9, want: 0);
        Assert.Equal(14, _book.CurrentLimit);
    }

    [Fact]
    public void Limit_that_suffices_for_what_waits_is_not_raised()
    {
        Fill(10);
        _book.Limit(15, want: 10);
        Assert.Equal(10, _book.CurrentLimit);
        Take(4);
        _book.Limit(10, want: 6);
        Assert.Equal(10, _book.CurrentLimit);
        _book.Limit(10, want: 7);
        Assert.Equal(14, _book.CurrentLimit);
    }

    [Fact]
    public void One_raise_at_a_time_is_on_its_way()
    {
        _book.Limit(10, want: 0);
        _book.Limit(10, want: 20);
        Assert.Equal(10, _book.CurrentLimit);
        ToSide();
        _book.Limit(10, want: 20);
        Assert.Equal((10, false), (_book.CurrentLimit, _book.HasNews));
        _scene.Acknowledge(1, _sequence);
        _book.Limit(10, want: 20);
        Assert.Equal(20, _book.CurrentLimit);
    }

    [Fact]
    public void Limit_never_passes_the_rights()
    {
        _book.Limit(1000, want: 2000);
        Assert.Equal(100, _book.CurrentLimit);
    }

    [Fact]
    public void Account_without_rights_is_not_raised()
    {
        var book = new AccountBook(Name, Id(2), up: false, _scene.View, _ledger, new AtomicBudget());
        book.Limit(10, want: 5);
        Assert.Equal((0, false), (book.CurrentLimit, book.HasNews));
    }

    [Fact]
    public void Lowered_limit_takes_out_what_app_threads_left_and_follows_what_they_took()
    {
        Fill(10);
        Take(3);
        _book.Limit(2, want: 0);
        Assert.Equal((5, 2, 3, false), (_book.CurrentLimit, _budget.Left, _book.Net, _book.HasNews));
        _book.Balance();
        Assert.Equal(2, _budget.Left);

        // Raised anew it is only usable once that is acknowledged.
        _book.Limit(10, want: 0);
        Assert.Equal(13, _book.CurrentLimit);
        ToSide();
        _book.Balance();
        Assert.Equal(2, _budget.Left);
        _scene.Acknowledge(1, _sequence);
        _book.Balance();
        Assert.Equal(10, _budget.Left);
    }

    [Fact]
    public void Limit_that_is_not_used_yet_is_lowered_to_what_is_wished()
    {
        _book.Limit(30, want: 0);
        ToSide();
        _book.Limit(20, want: 0);
        Assert.Equal((20, 0), (_book.CurrentLimit, _budget.Left));
    }

    [Fact]
    public void Lowered_limit_that_is_raised_at_once_is_not_usable_before_it_is_acknowledged()
    {
        Fill(10);
        _book.Limit(2, want: 0);
        _book.Limit(10, want: 0);
        Assert.Equal((10, 2), (_book.CurrentLimit, _budget.Left));
        ToSide();
        _book.Balance();
        Assert.Equal(2, _budget.Left);
    }

    [Fact]
    public void What_a_closing_says_was_given_is_taken_out_of_the_budget()
    {
        Fill(100);
        _scene.Close([], Closing(2, 3, new ClosedSide(0, 0, [], [new(Id(1), 40)])));
        _book.Balance();
        Assert.Equal((60, 0), (_budget.Left, _book.Net));
        _book.Balance();
        Assert.Equal(60, _budget.Left);
    }

    [Fact]
    public void What_is_given_in_sum_stays_within_what_a_record_can_say()
    {
        var scene = new EscrowScene(1, 2, 3);
        scene.InitialGrant((1, Units.Max, 0));
        var budget = new AtomicBudget();
        var book = new AccountBook(Name, Id(1), up: false, scene.View, new Ledger(scene.View), budget);
        budget.Add(8);
        book.Limit(0, want: 0);
        Assert.Equal(-8, book.CurrentLimit);
        book.Give(Id(3), 5);
        book.Give(Id(2), long.MaxValue / 2);
        Assert.Equal([new RightsTransfer(Id(2), Units.Max - 5, 7), new RightsTransfer(Id(3), 5, 7)], book.ToSide(7, isFinal: false).Transfers);
    }

    [Fact]
    public void What_comes_back_lowers_net_and_limit()
    {
        Fill(10);
        Take(6);
        _budget.Add(6);
        _budget.Add(3);
        Assert.Equal((-3, 103), (_book.Net, _book.Rights));
        _book.Limit(10, want: 0);
        Assert.Equal((7, 10), (_book.CurrentLimit, _budget.Left));
    }

    [Fact]
    public void Budget_accepts_returns_less_what_an_account_is_below_zero()
    {
        Fill(10);
        _book.Balance();
        Assert.Equal(Units.MaxReturned, _budget.Most);
        Take(6);
        _budget.Add(14);
        _book.Limit(2, want: 0);
        _book.Balance();
        Assert.Equal((-8, 2, -6), (_book.Net, _budget.Left, _book.CurrentLimit));
        Assert.Equal(Units.MaxReturned - 6, _budget.Most);
    }

    [Fact]
    public void Transfer_is_taken_out_of_the_budget_and_told_once()
    {
        Fill(10);
        _book.Give(Id(2), 95);
        Assert.Equal((5, 5, 95), (_budget.Left, _book.Rights, _book.Given));
        _book.Balance();
        Assert.Equal(5, _budget.Left);
        Assert.True(_book.HasNews);
        Assert.Equal([new RightsTransfer(Id(2), 95, _sequence + 1)], ToSide().Transfers);
        Assert.Equal([new RightsTransfer(Id(2), 95, _sequence)], ToSide().Transfers);
    }

    [Fact]
    public void Transfer_is_no_more_than_is_not_spent()
    {
        Fill(10);
        Take(7);
        _book.Give(Id(2), 1000);
        Assert.Equal((93, 0, 0), (_book.Given, _budget.Left, _book.Rights));
        _book.Give(Id(3), 1);
        Assert.Equal(93, _book.Given);
    }

    [Fact]
    public void Second_transfer_to_one_account_waits_until_the_first_is_acknowledged()
    {
        _book.Give(Id(2), 5);
        _book.Give(Id(2), 6);
        Assert.Equal(5, _book.Given);
        ToSide();
        _book.Give(Id(2), 6);
        Assert.Equal(5, _book.Given);
        _book.Give(Id(3), 7);
        Assert.Equal(12, _book.Given);
        _scene.Acknowledge(1, _sequence);
        _book.Give(Id(2), 6);
        Assert.Equal(18, _book.Given);
        Assert.Equal([new RightsTransfer(Id(2), 11, _sequence + 1), new RightsTransfer(Id(3), 7, _sequence + 1)], ToSide().Transfers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Transfer_of_nothing_is_none(long amount)
    {
        _book.Give(Id(2), amount);
        Assert.Equal((0, false), (_book.Given, _book.HasNews));
        Assert.Empty(ToSide().Transfers);
    }

    [Fact]
    public void Closed_account_is_given_nothing_and_its_transfers_are_told_until_all_know_of_the_closing()
    {
        _book.Give(Id(2), 5);
        ToSide();
        _scene.Acknowledge(1, _sequence);
        _scene.Join(4);
        _scene.Close([], Closing(2, 3, new ClosedSide(0, 0, [], [new(Id(1), 5)])));
        var slot = _scene.View.Slot;
        _scene.View.Learn(Id(4), new ConsensusRecord { BootstrapId = BootstrapId, Slot = slot - 1 });
        _book.Give(Id(2), 5);
        Assert.Equal(5, _book.Given);
        Assert.Equal([new RightsTransfer(Id(2), 5, 11)], ToSide().Transfers);
        _scene.View.Learn(Id(4), new ConsensusRecord { BootstrapId = BootstrapId, Slot = slot });
        Assert.Empty(ToSide().Transfers);
        Assert.Equal(5, _book.Given);
    }

    [Fact]
    public void Grant_is_told_and_effective_once_acknowledged_one_at_a_time()
    {
        Assert.True(_book.IsGrantEffective);
        _book.Grant(0);
        Assert.False(_book.HasNews);
        _book.Grant(50);
        _book.Grant(70);
        Assert.Equal((true, false), (_book.HasNews, _book.IsGrantEffective));
        var told = ToSide();
        Assert.Equal((50L, _sequence), (told.Granted, told.GrantedSince));
        _book.Grant(70);
        Assert.Equal((false, false), (_book.HasNews, _book.IsGrantEffective));
        _scene.Acknowledge(1, _sequence);
        Assert.True(_book.IsGrantEffective);
        _book.Grant(50);
        Assert.False(_book.HasNews);
        _book.Grant(70);
        Assert.True(_book.HasNews);
        Assert.Equal(70, ToSide().Granted);
    }

    [Fact]
    public void Released_hold_may_be_spent_again_only_under_a_limit_that_is_acknowledged_anew()
    {
        Fill(10);
        Take(4);
        _book.Release(4);
        _book.Balance();
        Assert.Equal((0, 6, 6), (_book.Net, _book.CurrentLimit, _budget.Left));
        _book.Limit(20, want: 0);
        Assert.Equal(20, _book.CurrentLimit);
        _book.Balance();
        Assert.Equal(6, _budget.Left);
        ToSide();
        _scene.Acknowledge(1, _sequence);
        _book.Balance();
        Assert.Equal(20, _budget.Left);
    }

    [Fact]
    public void Released_hold_is_not_usable_while_a_raise_is_on_its_way()
    {
        Fill(10);
        Take(8);
        _book.Limit(10, want: 0);
        ToSide();
        _book.Release(4);
        Assert.Equal((4, 14, 2), (_book.Net, _book.CurrentLimit, _budget.Left));
        _book.Balance();
        Assert.Equal(2, _budget.Left);
    }

    [Fact]
    public void Stopped_account_keeps_nothing_to_spend_and_its_last_word_is_what_was_issued()
    {
        Fill(10);
        Take(4);
        _book.Limit(30, want: 0);
        _book.Stop();
        Assert.Equal((0, 4, 4, false), (_budget.Left, _book.Net, _book.CurrentLimit, _book.HasNews));
        _book.Balance();
        Assert.Equal(0, _budget.Left);

        // What comes back now another thread may take again.
        _budget.Add(3);
        Assert.Equal((1, 4, 1), (_book.Net, _book.NetToPublish(isFinal: true), _book.NetToPublish(isFinal: false)));
        var told = ToSide(isFinal: true);
        Assert.Equal((1L, 1L, 0L), (told.Net, told.Limit, _budget.Left));
    }

    [Fact]
    public void Copy_goes_on_from_the_same_books()
    {
        Fill(10);
        Take(3);
        _book.Give(Id(2), 5);
        _book.Grant(6);
        var budget = new AtomicBudget();
        budget.Add(_budget.Left);
        var view = _scene.View.Copy();
        var copy = _book.Copy(view, _ledger.Copy(view), budget);
        Assert.Equal((3, 10, 5, 92, true, false), (copy.Net, copy.CurrentLimit, copy.Given, copy.Rights, copy.HasNews, copy.IsGrantEffective));
        copy.Limit(20, want: 0);
        var told = copy.ToSide(77, isFinal: false);
        Assert.Equal((3L, 23L, 77UL, 6L, 77UL), (told.Net, told.Limit, told.LimitSince, told.Granted, told.GrantedSince));
        Assert.Equal([new RightsTransfer(Id(2), 5, 77)], told.Transfers);
        Assert.Equal(10, _book.CurrentLimit);
    }

    [Fact]
    public void Copy_of_books_whose_raise_is_not_acknowledged_does_not_use_it()
    {
        Fill(10);
        _book.Limit(30, want: 0);
        var view = _scene.View.Copy();
        var budget = new AtomicBudget();
        budget.Add(_budget.Left);
        var copy = _book.Copy(view, _ledger.Copy(view), budget);
        Assert.True(copy.HasNews);
        copy.Balance();
        Assert.Equal(10, budget.Left);
        Assert.Equal((30L, 11L), (copy.ToSide(77, isFinal: false).Limit, _book.ToSide(11, isFinal: false).LimitSince is var since ? (long)since : 0));
        copy.Balance();
        Assert.Equal(10, budget.Left);
    }

    /// <summary>Raises the limit from nothing, with all that goes with it.</summary>
    private void Fill(long amount)
    {
        _book.Limit(amount, want: 0);
        ToSide();
        _scene.Acknowledge(1, _sequence);
        _book.Balance();
        Assert.Equal(amount, _budget.Left);
    }

    private void Take(long amount) => Assert.True(_budget.TryTake(amount));

    private AccountSide ToSide(bool isFinal = false)
    {
        var side = _book.ToSide(++_sequence, isFinal);
        _scene.Down(1, side);
        return side;
    }
}
