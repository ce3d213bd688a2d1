using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>What accounts are worth beside one of a replica that was formed with others, all of whom are gone.</summary>
public sealed class LedgerTests
{
    private static readonly ReplicaId s_own = new(10);
    private static readonly ReplicaId s_foreign = new(20);
    private static readonly ReplicaId s_gone = new(30);
    private static readonly EscrowName s_tickets = new(ObjectKind.BoundedCounter, "tickets");

    [Fact]
    public void What_an_account_of_another_bootstrap_gave_is_worth_nothing_here()
    {
        var ledger = Ledger(bootstrapId: 2);
        Assert.Equal(0, ledger.Inflow(s_tickets, s_gone, up: false));
        Assert.Equal(5, ledger.Inflow(s_tickets, s_own, up: false));
        Assert.Equal(new EscrowAudit(5, 0, 0, 5, 0, IsBalanced: true), ledger.Audit(s_tickets, id => id == s_own));
    }

    [Fact]
    public void What_an_account_of_another_bootstrap_sold_is_shown_as_oversold_and_leaves_everything_to_be_sold()
    {
        var ledger = Ledger(bootstrapId: 2, sold: 7);
        var audit = ledger.Audit(s_tickets, id => id == s_own);
        Assert.Equal(new EscrowAudit(5, 7, 0, 5, 0, IsBalanced: false), audit);
        Assert.Equal(2, audit.Oversold);
        Assert.Equal(5, ledger.Unsold(s_tickets));
    }

    [Fact]
    public void What_an_account_of_this_bootstrap_gave_counts()
    {
        var ledger = Ledger(bootstrapId: 1);
        Assert.Equal(1, ledger.Inflow(s_tickets, s_gone, up: false));
        Assert.Equal(7, ledger.Inflow(s_tickets, s_own, up: false));
        Assert.Equal(8, ledger.Issued(s_tickets, up: false));
    }

    [Theory]
    [InlineData(1UL, 1)]
    [InlineData(2UL, 1)]
    [InlineData(1UL, -1)]
    [InlineData(2UL, -1)]
    public void Claims_as_large_as_a_record_can_hold_saturate_and_show_no_more_than_could_have_been_got(ulong bootstrapId, int sign)
    {
        var view = View(bootstrapId, sign * Units.Max);
        for (var i = 0; i < 20; i++)
        {
            var liar = new ReplicaId((ulong)(100 + i));
            var side = new AccountSide(sign * Units.Max, 0, 0, Units.Max, 1, [new(s_own, Units.Max, 1)]);
            view.Learn(liar, new ConsensusRecord { BootstrapId = new(bootstrapId), Slot = 2 });
            view.Learn(liar, s_tickets, AccountRecord.Empty with { Down = side, Held = Units.Max, Want = Units.Max });
        }

        var ledger = new Ledger(view);
        var audit = ledger.Audit(s_tickets, static _ => true);
        Assert.False(audit.IsBalanced);
        Assert.InRange(audit.Oversold, 0, audit.Issued * 16 * 23);
        Assert.InRange(ledger.Inflow(s_tickets, s_own, up: false), 5, Units.Max);
        if (bootstrapId == 2) Assert.Equal(5, ledger.Unsold(s_tickets));
        else Assert.Equal(sign, -Math.Sign(ledger.Unsold(s_tickets)));
    }

    /// <summary>The foreign account granted three, gave one to a replica that nobody knows any more, and two to this one, which did not count on it at that time.</summary>
    private static Ledger Ledger(ulong bootstrapId, long sold = 0) => new(View(bootstrapId, sold));

    private static EscrowView View(ulong bootstrapId, long sold)
    {
        var view = new EscrowView();
        var initialGrant = new InitialGrant(s_tickets, [new(s_own, 5, 0)]);
        view.Learn(0, new Decision { BootstrapId = new(1), Voters = [s_own] });
        view.Learn(1, new Decision { BootstrapId = new(1), Voters = [s_own], Cut = [new(s_foreign, 60)], InitialGrants = [initialGrant] });
        view.Learn(s_own, new ConsensusRecord { BootstrapId = new(1), Slot = 2 });
        view.Learn(s_foreign, new ConsensusRecord { BootstrapId = new(bootstrapId), Slot = 2 });
        var side = new AccountSide(sold, 0, 0, 3, 1, [new(s_own, 2, 32), new(s_gone, 1, 33)]);
        view.Learn(s_foreign, s_tickets, AccountRecord.Empty with { Down = side });
        return view;
    }
}
