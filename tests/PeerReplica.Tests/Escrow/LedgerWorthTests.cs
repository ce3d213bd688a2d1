using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What open accounts are worth: shares of the initial grant, grants and rights transfers, as far as a quorum has acknowledged them.</summary>
public sealed class LedgerWorthTests
{
    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly Ledger _ledger;

    public LedgerWorthTests() => _ledger = new Ledger(_scene.View);

    [Fact]
    public void Rights_are_what_came_in_less_what_was_given_and_what_was_spent_on_each_side()
    {
        _scene.InitialGrant((1, 10, 20), (2, 1, 2), (1, 100, 200));
        var down = AccountSide.Empty with { Net = 3, Transfers = [new(Id(2), 4, 1), new(Id(3), 5, 1)] };
        var up = AccountSide.Empty with { Net = -6, Transfers = [new(Id(2), 7, 1)] };
        _scene.Learn(1, AccountRecord.Empty with { Down = down, Up = up });
        Assert.Equal((110, 220), Inflows(1));
        Assert.Equal((1, 2), Inflows(2));
        Assert.Equal((98, 219), (_ledger.Rights(Name, Id(1), up: false), _ledger.Rights(Name, Id(1), up: true)));
        Assert.Equal((111, 222), (_ledger.Issued(Name, up: false), _ledger.Issued(Name, up: true)));
    }

    [Fact]
    public void Transfer_counts_at_its_receiver_once_a_quorum_has_acknowledged_it_and_is_free_meanwhile()
    {
        _scene.InitialGrant((1, 10, 10));
        var side = AccountSide.Empty with { Transfers = [new(Id(2), 4, 5)] };
        _scene.Learn(1, AccountRecord.Empty with { Down = side, Up = side });
        Assert.Equal((0, 0), Inflows(2));
        Assert.Equal(new EscrowAudit(10, 0, 0, 10, 0, IsBalanced: true), Audit());
        _scene.Acknowledge(1, 4);
        _scene.Acknowledge(1, 5, 1);
        Assert.Equal((0, 0), Inflows(2));
        _scene.Acknowledge(1, 5, 2);
        Assert.Equal((4, 4), Inflows(2));
        Assert.Equal(new EscrowAudit(10, 0, 0, 10, 0, IsBalanced: true), Audit());
    }

    [Fact]
    public void What_an_account_was_given_stays_while_a_later_transfer_is_not_acknowledged()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(2), 4, 5), new(Id(3), 1, 5)] });
        _scene.Acknowledge(1, 5);
        Assert.Equal((4, 1), (Inflows(2).Down, Inflows(3).Down));
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(2), 7, 6), new(Id(3), 1, 5)] });
        Assert.Equal((4, 1), (Inflows(2).Down, Inflows(3).Down));
        Assert.Equal(new EscrowAudit(10, 0, 0, 10, 0, IsBalanced: true), Audit());
        _scene.Acknowledge(1, 6);
        Assert.Equal((7, 1), (Inflows(2).Down, Inflows(3).Down));

        // A rights transfer that a later record says less of is a lie; what counted still does.
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(2), 6, 6)] });
        Assert.Equal((7, 1), (Inflows(2).Down, Inflows(3).Down));
    }

    [Fact]
    public void Transfer_to_the_giver_itself_is_worth_nothing()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Down(1, AccountSide.Empty with { Transfers = [new(Id(1), 4, 5)] });
        _scene.Acknowledge(1, 5);
        Assert.Equal(10, Inflows(1).Down);
    }

    [Fact]
    public void Grant_counts_once_it_is_acknowledged_and_stays_while_a_later_one_is_not()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Learn(2, AccountRecord.Empty with { Down = Granting(5, 7), Up = Granting(50, 7) });
        Assert.Equal((0, 0), Inflows(2));
        Assert.Equal((10, 0), (_ledger.Issued(Name, up: false), _ledger.Issued(Name, up: true)));
        _scene.Acknowledge(2, 7);
        Assert.Equal((5, 50), Inflows(2));
        Assert.Equal((15, 50), (_ledger.Issued(Name, up: false), _ledger.Issued(Name, up: true)));
        _scene.Learn(2, AccountRecord.Empty with { Down = Granting(8, 8), Up = Granting(50, 7) });
        Assert.Equal((5, 50), Inflows(2));
        _scene.Down(2, Granting(1, 7));
        Assert.Equal((5, 50), Inflows(2));
        _scene.Down(2, Granting(8, 8));
        _scene.Acknowledge(2, 8);
        Assert.Equal(8, Inflows(2).Down);
    }

    [Fact]
    public void Audit_says_what_is_sold_held_free_and_stranded()
    {
        _scene.InitialGrant((1, 20, 0), (2, 30, 0), (3, 40, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 8 }, Held = 3 });
        _scene.Down(2, AccountSide.Empty with { Net = 7 });
        Assert.Equal(new EscrowAudit(90, 12, 3, 52, 23, IsBalanced: true), _ledger.Audit(Name, static id => id != Id(2)));
        Assert.Equal(78, _ledger.Unsold(Name));
    }

    [Fact]
    public void Account_that_spent_more_than_it_had_has_nothing_and_the_audit_does_not_balance()
    {
        _scene.InitialGrant((1, 10, 0), (2, 10, 0));
        _scene.Down(1, AccountSide.Empty with { Net = 12 });
        Assert.Equal(new EscrowAudit(20, 12, 0, 10, 0, IsBalanced: false), Audit());
        Assert.Equal(-2, _ledger.Rights(Name, Id(1), up: false));
    }

    [Theory]
    [InlineData(40, 0, 40)]
    [InlineData(41, 0, 40)]
    [InlineData(1000, 0, 40)]
    public void No_more_is_shown_as_sold_than_all_accounts_could_have_got_together(long net, long held, long sold)
    {
        // Ten were granted; three accounts and those that are closed could each have got them.
        _scene.InitialGrant((1, 10, 0), (2, 0, 0), (3, 0, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = net }, Held = held });
        Assert.Equal(sold, Audit().Sold);
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = net }, Held = net });
        Assert.Equal((0, sold), (Audit().Sold, Audit().Held));
    }

    [Fact]
    public void Account_of_another_bootstrap_is_shown_to_have_sold_at_most_sixteen_times_what_was_granted_here()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.View.Learn(Id(9), new ConsensusRecord { BootstrapId = new(5), Slot = 1 });
        _scene.Down(9, AccountSide.Empty with { Net = 10_000, Granted = 7, GrantedSince = 1 });
        Assert.Equal(10 * (1 + 16 + 1), Audit().Sold);
        Assert.Equal(10, Audit().Issued);
    }

    [Fact]
    public void Where_nothing_was_granted_at_most_one_unit_an_account_is_shown_as_sold()
    {
        _scene.Down(1, AccountSide.Empty with { Net = 10_000 });
        Assert.Equal((0, 2), (Audit().Issued, Audit().Sold));
    }

    [Fact]
    public void Copy_of_a_ledger_remembers_what_counted()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Down(1, AccountSide.Empty with { Granted = 6, GrantedSince = 5, Transfers = [new(Id(2), 4, 5)] });
        _scene.Acknowledge(1, 5);
        Assert.Equal((16, 4), (Inflows(1).Down, Inflows(2).Down));
        _scene.Down(1, AccountSide.Empty with { Granted = 7, GrantedSince = 6, Transfers = [new(Id(2), 5, 6)] });
        var copy = _ledger.Copy(_scene.View.Copy());
        Assert.Equal((16, 4), (copy.Inflow(Name, Id(1), up: false), copy.Inflow(Name, Id(2), up: false)));
    }

    [Fact]
    public void What_counted_under_a_bootstrap_that_came_to_nothing_counts_no_more()
    {
        var view = new EscrowView();
        var ledger = new Ledger(view);
        view.Learn(0, new Decision { BootstrapId = new(1), Voters = [Id(1)], InitialGrants = [new InitialGrant(Name, [new(Id(1), 10, 0)])] });
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = new(1), Slot = 1, Acks = [new(Id(1), 5)] });
        view.Learn(Id(1), Name, AccountRecord.Empty with { Down = AccountSide.Empty with { Granted = 3, GrantedSince = 5, Transfers = [new(Id(2), 4, 5)] } });
        Assert.Equal((13, 4), (ledger.Inflow(Name, Id(1), up: false), ledger.Inflow(Name, Id(2), up: false)));
        view.Learn(0, new Decision { BootstrapId = new(2), Voters = [Id(2)] });
        view.Learn(1, new Decision { BootstrapId = new(2), Voters = [Id(2)], InitialGrants = [new InitialGrant(Name, [new(Id(2), 7, 0)])] });
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = new(2), Slot = 2 });
        Assert.Equal(0, ledger.Granted(Name, Id(1), up: false));
        Assert.Equal((0, 7), (ledger.Inflow(Name, Id(1), up: false), ledger.Inflow(Name, Id(2), up: false)));
        Assert.Equal(7, ledger.Issued(Name, up: false));
    }

    private static AccountSide Granting(long granted, ulong since) => AccountSide.Empty with { Granted = granted, GrantedSince = since };

    private (long Down, long Up) Inflows(ulong account) => (_ledger.Inflow(Name, Id(account), up: false), _ledger.Inflow(Name, Id(account), up: true));

    private EscrowAudit Audit() => _ledger.Audit(Name, static _ => true);
}
