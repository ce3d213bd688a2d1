using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What a closed account leaves to its successor, and what of it is sold, held, or in doubt.</summary>
public sealed class ClosedAccountTests
{
    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly Ledger _ledger;

    public ClosedAccountTests() => _ledger = new Ledger(_scene.View);

    [Fact]
    public void Successor_gets_what_lies_beyond_the_limit_and_the_rest_is_stranded()
    {
        _scene.InitialGrant((1, 10, 20), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 2, Limit = 6 }, Up = AccountSide.Empty with { Net = 1, Limit = 5 } });
        _scene.Close([], Closing(1, 2, new ClosedSide(6, 0, [], []), new ClosedSide(5, 0, [], [])));
        Assert.Equal((4, 15), Inflows(2));
        Assert.Equal(new EscrowAudit(10, 2, 0, 4, 4, IsBalanced: true), Audit());
        Assert.Equal(8, _ledger.Unsold(Name));
    }

    [Fact]
    public void Successor_of_an_account_whose_last_word_is_known_gets_all_that_was_not_spent()
    {
        _scene.InitialGrant((1, 10, 20), (2, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 2, Limit = 6 }, Up = AccountSide.Empty with { Net = 1, Limit = 5 }, IsFinal = true });
        _scene.Close([], Closing(1, 2, new ClosedSide(6, 0, [], []), new ClosedSide(5, 0, [], [])));
        Assert.Equal((8, 19), Inflows(2));
        Assert.Equal(new EscrowAudit(10, 2, 0, 8, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void Remainder_is_all_that_came_in_less_transfers_that_count()
    {
        _scene.InitialGrant((1, 10, 100), (2, 40, 400));
        var transfers = new RightsTransfer[] { new(Id(3), 3, 5) };
        _scene.Learn(1, AccountRecord.Empty with { Down = new AccountSide(0, 1, 0, 5, 5, transfers), Up = new AccountSide(0, 2, 0, 50, 5, transfers) });
        _scene.Learn(2, AccountRecord.Empty with { Down = AccountSide.Empty with { Transfers = [new(Id(1), 7, 9)] }, Up = AccountSide.Empty with { Transfers = [new(Id(1), 70, 9)] } });

        // 10 + 5 granted + 7 received - 3 given - 1 in doubt; 100 + 50 + 70 - 3 - 2.
        _scene.Close([new(Id(1), 5)], Closing(1, 3, new ClosedSide(1, 5, transfers, [new(Id(2), 7)]), new ClosedSide(2, 50, transfers, [new(Id(2), 70)])));
        Assert.Equal((18 + 3, 215 + 3), Inflows(3));
        Assert.Equal((55, 550), (_ledger.Issued(Name, up: false), _ledger.Issued(Name, up: true)));
        Assert.Equal((5, 50), (_ledger.Granted(Name, Id(1), up: false), _ledger.Granted(Name, Id(1), up: true)));
        Assert.Equal((33, 330), (_ledger.Rights(Name, Id(2), up: false), _ledger.Rights(Name, Id(2), up: true)));
        Assert.Equal(new EscrowAudit(55, 0, 0, 54, 1, IsBalanced: true), Audit());
    }

    [Fact]
    public void Transfer_that_the_closing_does_not_count_is_the_givers_own_again()
    {
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(2), 4, 5)] });
        _scene.Acknowledge(1, 5);
        Assert.Equal((6, 4), (Rights(1), Rights(2)));
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(2), 9, 6)] });
        _scene.Close([new(Id(1), 5)], Closing(2, 3, new ClosedSide(0, 0, [], [new(Id(1), 4)])));
        Assert.Equal((6, 4), (Rights(1), Rights(3)));
        _scene.Acknowledge(1, 6);
        Assert.Equal((6, 4), (Rights(1), Rights(3)));
        Assert.Equal(new EscrowAudit(10, 0, 0, 10, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void Successor_that_is_closed_later_leaves_what_it_inherited()
    {
        _scene.InitialGrant((1, 10, 20), (2, 5, 6), (3, 0, 0));
        _scene.Close([], Closing(1, 2, new ClosedSide(1, 0, [], []), new ClosedSide(2, 0, [], [])));
        _scene.Close([], Closing(2, 3, new ClosedSide(2, 0, [], []), new ClosedSide(1, 0, [], [])));
        Assert.Equal((12, 23), Inflows(3));
        Assert.Equal(new EscrowAudit(15, 0, 0, 12, 3, IsBalanced: true), Audit());
    }

    [Fact]
    public void What_a_closed_account_gave_to_one_that_is_closed_after_it_stays_that_ones()
    {
        _scene.InitialGrant((1, 10, 0), (2, 0, 0), (3, 0, 0));
        _scene.Close([], Closing(1, 3, new ClosedSide(0, 0, [new(Id(2), 4, 5)], [])));
        Assert.Equal((4, 6), (Rights(2), Rights(3)));
        _scene.Close([], Closing(2, 3, new ClosedSide(1, 0, [], [])));
        Assert.Equal(9, Rights(3));
        Assert.Equal(new EscrowAudit(10, 0, 0, 9, 1, IsBalanced: true), Audit());
    }

    [Fact]
    public void Account_that_spent_more_than_it_had_leaves_nothing_and_takes_nothing_from_its_successor()
    {
        _scene.InitialGrant((1, 10, 0), (2, 5, 0));
        _scene.Close([], Closing(1, 2, new ClosedSide(12, 0, [], [])));
        Assert.Equal(5, Rights(2));
        Assert.False(Audit().IsBalanced);
    }

    [Fact]
    public void Successor_of_two_accounts_gets_both_remainders()
    {
        _scene.InitialGrant((1, 10, 0), (2, 5, 0), (3, 1, 0));
        _scene.Close([], Closing(1, 3, ClosedSide.Empty), Closing(2, 3, ClosedSide.Empty));
        Assert.Equal(16, Rights(3));
    }

    [Fact]
    public void Rights_of_accounts_without_a_record_here_are_counted()
    {
        // The share of 1 is in the initial grant alone; 4 has only a rights transfer of a closed account, 5 only its remainder; 6 only a rights transfer on its way.
        _scene.InitialGrant((1, 10, 0), (2, 10, 0));
        _scene.Close([], Closing(2, 5, new ClosedSide(0, 0, [new(Id(4), 3, 1)], [])));
        Assert.Equal((10, 3, 7), (Rights(1), Rights(4), Rights(5)));
        Assert.Equal(new EscrowAudit(20, 0, 0, 20, 0, IsBalanced: true), Audit());
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(6), 2, 1)] });
        _scene.Acknowledge(1, 1);
        Assert.Equal(new EscrowAudit(20, 0, 0, 18, 2, IsBalanced: true), _ledger.Audit(Name, static id => id != Id(6)));
    }

    [Fact]
    public void Closing_whose_successor_is_closed_already_or_with_it_does_not_count()
    {
        _scene.InitialGrant((1, 10, 0), (2, 10, 0), (3, 10, 0));
        _scene.Close([], Closing(1, 2, ClosedSide.Empty), Closing(2, 3, ClosedSide.Empty));
        Assert.False(_scene.View.Closed.Contains(Id(1)));
        Assert.Equal((10, 20), (Rights(1), Rights(3)));
        _scene.Close([], Closing(1, 2, ClosedSide.Empty));
        Assert.Equal((10, 20), (Rights(1), Rights(3)));
    }

    [Fact]
    public void Account_is_closed_once()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Close([new(Id(1), 7)], Closing(1, 2, ClosedSide.Empty));
        var version = _scene.View.Closed.Version;
        _scene.View.Closed.Add(Closing(1, 3, ClosedSide.Empty), 8, 9);
        Assert.Equal(version, _scene.View.Closed.Version);
        Assert.Equal((10, 0), (Rights(2), Rights(3)));
        Assert.Equal((7UL, 2UL), (_scene.View.CutOf(Id(1)), _scene.View.Closed.SlotOf(Id(1))));
        Assert.Equal((0UL, ulong.MaxValue), (_scene.View.CutOf(Id(2)), _scene.View.Closed.SlotOf(Id(2))));
    }

    [Fact]
    public void Record_of_a_closed_account_that_comes_later_changes_what_is_sold()
    {
        _scene.InitialGrant((1, 10, 0), (2, 0, 0));
        _scene.Close([], Closing(1, 2, new ClosedSide(6, 0, [], [])));
        Assert.Equal(new EscrowAudit(10, 0, 0, 4, 6, IsBalanced: true), Audit());
        _scene.Down(1, AccountSide.Empty with { Net = 5 });
        Assert.Equal(new EscrowAudit(10, 5, 0, 4, 1, IsBalanced: true), Audit());
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 5 }, IsFinal = true });
        Assert.Equal(new EscrowAudit(10, 5, 0, 5, 0, IsBalanced: true), Audit());
        Assert.Equal(5, Rights(2));
    }

    [Fact]
    public void Transfer_that_counted_is_counted_once_whoever_is_closed_afterwards()
    {
        _scene.InitialGrant((1, 10, 0), (2, 10, 0));
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(3), 4, 5)] });
        _scene.Acknowledge(1, 5);
        Assert.Equal((6, 4), (Rights(1), Rights(3)));
        _scene.Close([], Closing(2, 1, ClosedSide.Empty));
        Assert.Equal((16, 4), (Rights(1), Rights(3)));
        _scene.Close([new(Id(1), 5)], Closing(1, 3, new ClosedSide(0, 0, [new(Id(3), 4, 5)], [])));
        Assert.Equal(20, Rights(3));
        Assert.Equal(new EscrowAudit(20, 0, 0, 20, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void What_an_account_gave_to_closed_ones_is_not_in_its_remainder()
    {
        _scene.InitialGrant((1, 10, 0), (2, 10, 0), (3, 0, 0));
        _scene.Close([], Closing(1, 3, new ClosedSide(0, 0, [], [new(Id(2), 4)])));
        Assert.Equal((6, 14), (Rights(2), Rights(3)));
        _scene.Close([], Closing(2, 3, ClosedSide.Empty));
        Assert.Equal(20, Rights(3));
    }

    [Fact]
    public void Closed_account_that_sold_everything_balances()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 10, Limit = 10 }, IsFinal = true });
        _scene.Close([], Closing(1, 2, new ClosedSide(10, 0, [], [])));
        Assert.Equal(new EscrowAudit(10, 10, 0, 0, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void Copy_of_a_view_knows_its_closed_accounts()
    {
        _scene.InitialGrant((1, 10, 0), (2, 3, 0));
        _scene.Down(2, AccountSide.Empty with { Transfers = [new(Id(1), 2, 1)] });
        _scene.Close([new(Id(1), 7)], Closing(1, 3, new ClosedSide(0, 0, [new(Id(2), 4, 5)], [new(Id(2), 1)])));
        var copy = _scene.View.Copy();
        var ledger = new Ledger(copy);
        Assert.Equal((6, 7), (ledger.Rights(Name, Id(2), up: false), ledger.Rights(Name, Id(3), up: false)));
        Assert.Equal((7UL, 2UL, _scene.View.Closed.Version), (copy.CutOf(Id(1)), copy.Closed.SlotOf(Id(1)), copy.Closed.Version));
    }

    private (long Down, long Up) Inflows(ulong account) => (_ledger.Inflow(Name, Id(account), up: false), _ledger.Inflow(Name, Id(account), up: true));

    private long Rights(ulong account) => _ledger.Rights(Name, Id(account), up: false);

    private EscrowAudit Audit() => _ledger.Audit(Name, static _ => true);
}
