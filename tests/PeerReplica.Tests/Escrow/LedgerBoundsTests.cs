using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>What is computed after a change of an open account does not grow with the accounts that were closed before.</summary>
public sealed class LedgerBoundsTests
{
    private static readonly EscrowName s_tickets = new(ObjectKind.BoundedCounter, "tickets");
    private static readonly ReplicaId[] s_open = [new(1), new(2), new(3)];

    [Fact]
    public void An_audit_after_a_take_allocates_as_much_beside_1000_closed_accounts_as_beside_10() =>
        AllocatesAlike(static (ledger, _) => ledger.Audit(s_tickets, static _ => true));

    [Fact]
    public void What_a_successor_has_after_a_take_allocates_as_much_beside_1000_closed_accounts_as_beside_10() =>
        AllocatesAlike(static (ledger, id) => ledger.Rights(s_tickets, id, up: false));

    [Fact]
    public void Closed_accounts_leave_the_successor_what_they_did_not_take_and_the_audit_balances()
    {
        var ledger = new Ledger(View(1000));
        Assert.Equal(new EscrowAudit(10_000, 2000, 0, 7000, 1000, IsBalanced: true), ledger.Audit(s_tickets, static _ => true));

        // The first holder began with all; each closed account received ten, took two, may have taken a third, and leaves seven.
        Assert.Equal(7000, ledger.Rights(s_tickets, s_open[0], up: false));
    }

    /// <summary>Up to a factor of two: code that the runtime optimizes meanwhile allocates less. A few bytes for each closed account would be more.</summary>
    private static void AllocatesAlike(Action<Ledger, ReplicaId> act)
    {
        var few = Allocated(10, act);
        Assert.InRange(Allocated(1000, act), few / 2, few * 2);
    }

    private static long Allocated(int closed, Action<Ledger, ReplicaId> act)
    {
        var view = View(closed);
        var ledger = new Ledger(view);
        for (var i = 0; i < 3; i++)
        {
            act(ledger, s_open[0]);
            Take(view, i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        act(ledger, s_open[0]);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Take(EscrowView view, long net) =>
        view.Learn(s_open[1], s_tickets, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = net, Limit = net, LimitSince = 1 } });

    /// <summary>Three open accounts, and others that were given ten each by the first, took two, might take a third, and are closed one by one.</summary>
    private static EscrowView View(int closed)
    {
        var view = new EscrowView();
        view.Learn(0, new Decision { BootstrapId = new(1), Voters = s_open });
        view.Learn(1, new Decision { BootstrapId = new(1), Voters = s_open, InitialGrants = [new InitialGrant(s_tickets, [new(s_open[0], 10L * closed, 0)])] });
        foreach (var id in s_open) view.Learn(id, new ConsensusRecord { BootstrapId = new(1), Slot = 2 });
        view.Learn(s_open[0], s_tickets, AccountRecord.Empty);
        view.Learn(s_open[1], s_tickets, AccountRecord.Empty);
        for (var i = 0; i < closed; i++)
        {
            var id = new ReplicaId((ulong)(100 + i));
            view.Learn(id, new ConsensusRecord { BootstrapId = new(1), Slot = 2 });
            view.Learn(id, s_tickets, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 2, Limit = 3, LimitSince = 1 } });
            var side = new ClosedSide(3, 0, [], [new Receipt(s_open[0], 10)]);
            view.Learn((ulong)(2 + i), new Decision { BootstrapId = new(1), Voters = s_open, Closings = [new Closing(id, s_open[0], [new ClosedObject(s_tickets, side, ClosedSide.Empty)])] });
        }

        return view;
    }
}
