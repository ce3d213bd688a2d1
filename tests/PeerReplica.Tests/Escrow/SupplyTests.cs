using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>Which account gives to one that asks, and how much.</summary>
public sealed class SupplyTests
{
    private static readonly Instant s_now = new(TimeSpan.TicksPerSecond);

    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly ScenePort _port = new(hasCeiling: true) { AllowanceHere = 4 };
    private readonly ReservationPublisher _publisher = new();

    [Fact]
    public void What_waits_elsewhere_is_given_as_far_as_it_is_not_there()
    {
        _scene.InitialGrant((2, 100, 90), (1, 5, 6));
        _scene.Learn(1, AccountRecord.Empty with { Want = 12, UpWant = 13 });
        var told = Tend(2, 1);
        Assert.Equal([new RightsTransfer(Id(1), 7, 1)], told.Down.Transfers);
        Assert.Equal([new RightsTransfer(Id(1), 7, 1)], told.Up.Transfers);
    }

    [Fact]
    public void What_spent_too_much_elsewhere_is_not_made_up_for()
    {
        _scene.InitialGrant((2, 100, 0), (1, 5, 0));
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 9 }, Want = 12 });
        Assert.Equal(12, Given(Tend(2, 1), 1));
    }

    [Fact]
    public void Nothing_is_given_that_waits_here()
    {
        _scene.InitialGrant((2, 100, 80));
        _scene.Learn(1, AccountRecord.Empty with { Want = 90, UpWant = 70 });
        (_port.Wanted, _port.UpWanted) = (30, 25);
        var told = Tend(2, 1);
        Assert.Equal((70, 55), (Assert.Single(told.Down.Transfers).Amount, Assert.Single(told.Up.Transfers).Amount));
    }

    [Fact]
    public void What_waits_here_in_vain_makes_way_for_a_smaller_id_and_not_for_a_greater()
    {
        _scene.InitialGrant((2, 100, 0));
        _port.Wanted = 101;
        _scene.Learn(1, AccountRecord.Empty with { Want = 90 });
        Assert.Equal(90, Given(Tend(2, 1), 1));

        // What can be served here does not make way.
        _port.Wanted = 100;
        Assert.Empty(Tend(2, 1).Down.Transfers);
        _port.Wanted = 101;
        _scene.Learn(1, AccountRecord.Empty);
        _scene.Learn(3, AccountRecord.Empty with { Want = 90 });
        Assert.Empty(Tend(2, 3).Down.Transfers);
    }

    [Fact]
    public void Returns_that_wait_here_in_vain_make_way_as_well()
    {
        _scene.InitialGrant((2, 100, 50));
        _port.UpWanted = 51;
        _scene.Learn(1, AccountRecord.Empty with { UpWant = 40 });
        Assert.Equal(40, Assert.Single(Tend(2, 1).Up.Transfers).Amount);
    }

    [Fact]
    public void Returns_that_wait_elsewhere_concern_nobody_without_a_ceiling()
    {
        _scene.InitialGrant((2, 100, 50));
        _scene.Learn(1, AccountRecord.Empty with { UpWant = 40 });
        var account = new Account(new ScenePort(), Id(2), _scene.View, new Ledger(_scene.View));
        account.Tend(s_now, Reach(1), isLeaving: false, TimeSpan.FromHours(1), _publisher);
        Assert.Same(AccountSide.Empty, account.ToRecord(1).Up);
    }

    [Fact]
    public void Stock_is_shared_by_how_fast_each_spends()
    {
        // Both idle: each gets half.
        _scene.InitialGrant((2, 100, 0));
        _scene.Learn(1, AccountRecord.Empty with { Stock = 64 });
        Assert.Equal(50, Given(Tend(2, 1), 1));
    }

    [Fact]
    public void No_more_stock_is_given_than_was_asked_for()
    {
        _scene.InitialGrant((2, 100, 0));
        _scene.Learn(1, AccountRecord.Empty with { Stock = 8 });
        Assert.Equal(8, Given(Tend(2, 1), 1));
    }

    [Fact]
    public void No_stock_is_given_while_something_waits_here()
    {
        _scene.InitialGrant((2, 100, 0));
        _scene.Learn(1, AccountRecord.Empty with { Stock = 8 });
        _port.Wanted = 1;
        Assert.Empty(Tend(2, 1).Down.Transfers);
    }

    [Theory]
    [InlineData(28, 36, 0)]
    [InlineData(27, 37, 5)]
    public void Small_difference_is_left(long theirs, long mine, long given)
    {
        // Half of 64 is 32: the other lacks 4 or 5, and a sixteenth of the total is 4.
        _scene.InitialGrant((1, theirs, 0), (2, mine, 0));
        _scene.Learn(1, AccountRecord.Empty with { Stock = 64 });
        Assert.Equal(given, Given(Tend(2, 1), 1));
    }

    [Theory]
    [InlineData(0, 4, 2)]
    [InlineData(1, 4, 0)]
    [InlineData(1, 5, 2)]
    public void Account_that_is_low_itself_gives_stock_only_to_one_that_has_nothing(long theirs, long mine, long given)
    {
        // Low water is the allowance, four; where the other has one, three is its share of six.
        _scene.InitialGrant((1, theirs, 0), (2, mine, 0));
        _scene.Learn(1, AccountRecord.Empty with { Stock = 64 });
        Assert.Equal(given, Given(Tend(2, 1), 1));
    }

    [Fact]
    public void Richest_in_reach_gives()
    {
        _scene.InitialGrant((2, 100, 50), (3, 101, 51));
        _scene.Learn(1, AccountRecord.Empty with { Want = 10, Stock = 10, UpWant = 10 });
        _scene.Learn(3, AccountRecord.Empty);
        var told = Tend(2, 1, 3);
        Assert.Empty(told.Down.Transfers);
        Assert.Empty(told.Up.Transfers);
        told = Tend(2, 1);
        Assert.Equal((10, 10), (Assert.Single(told.Down.Transfers).Amount, Assert.Single(told.Up.Transfers).Amount));
    }

    [Fact]
    public void Of_two_that_have_as_much_the_smaller_id_gives()
    {
        _scene.InitialGrant((1, 100, 50), (2, 100, 50));
        foreach (var id in (ulong[])[1, 2]) _scene.Learn(id, AccountRecord.Empty);
        _scene.Learn(3, AccountRecord.Empty with { Want = 10, UpWant = 10 });
        Assert.Equal(10, Given(Tend(1, 2, 3), 3));
        var told = Tend(2, 1, 3);
        Assert.Empty(told.Down.Transfers);
        Assert.Empty(told.Up.Transfers);
    }

    [Fact]
    public void Richest_is_who_has_most_beyond_what_waits_there()
    {
        _scene.InitialGrant((2, 100, 50), (3, 130, 70));
        _scene.Learn(1, AccountRecord.Empty with { Want = 10, UpWant = 10 });
        _scene.Learn(3, AccountRecord.Empty with { Want = 31, UpWant = 21 });
        var told = Tend(2, 1, 3);
        Assert.Equal((10, 10), (Given(told, 1), Assert.Single(told.Up.Transfers, g => g.To == Id(1)).Amount));

        // Where something waits here too the other has more.
        (_port.Wanted, _port.UpWanted) = (2, 2);
        told = Tend(2, 1, 3);
        Assert.Empty(told.Down.Transfers);
        Assert.Empty(told.Up.Transfers);
    }

    [Fact]
    public void Stopped_closed_or_foreign_account_is_neither_given_anything_nor_waited_for()
    {
        _scene.InitialGrant((2, 100, 0), (3, 200, 0));
        _scene.Learn(1, AccountRecord.Empty with { Want = 10, IsFinal = true });
        Assert.Empty(Tend(2, 1, 3).Down.Transfers);
        _scene.Learn(1, AccountRecord.Empty with { Want = 10 });
        _scene.Learn(3, AccountRecord.Empty with { IsFinal = true });
        Assert.Equal(10, Given(Tend(2, 1, 3), 1));
        _scene.Learn(3, AccountRecord.Empty);
        _scene.View.Learn(Id(3), new ConsensusRecord { BootstrapId = new(5), Slot = 1 });
        Assert.Equal(10, Given(Tend(2, 1, 3), 1));
        _scene.View.Learn(Id(1), new ConsensusRecord { BootstrapId = new(5), Slot = 1 });
        Assert.Empty(Tend(2, 1, 3).Down.Transfers);
    }

    [Fact]
    public void Account_without_rights_gives_nothing()
    {
        _scene.InitialGrant((3, 100, 0));
        _scene.Learn(1, AccountRecord.Empty with { Want = 10, Stock = 10, UpWant = 10 });
        var told = Tend(2, 1);
        Assert.Empty(told.Down.Transfers);
        Assert.Empty(told.Up.Transfers);
    }

    [Fact]
    public void Account_that_asks_for_nothing_is_given_nothing()
    {
        _scene.InitialGrant((2, 100, 50));
        _scene.Learn(1, AccountRecord.Empty);
        Assert.Empty(Tend(2, 1).Down.Transfers);
    }

    [Fact]
    public void Fast_account_is_given_more_of_the_stock()
    {
        _scene.InitialGrant((2, 200, 0), (1, 600, 0));
        var account = New(2);
        var now = s_now;
        for (var i = 0; i < 20; i++)
        {
            _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 15 * i } });
            account.Tend(now, Reach(1), isLeaving: false, TimeSpan.FromHours(1), _publisher);
            now += TimeSpan.FromMilliseconds(100);
        }

        // It spends 150 in a second, and 315 are left there: an idle account keeps a ninth of all.
        _scene.Learn(1, AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 285 }, Stock = 1 << 20 });
        var copy = account.Copy(new ScenePort(hasCeiling: true) { AllowanceHere = 4 }, _scene.View, new Ledger(_scene.View));
        foreach (var each in (Account[])[account, copy])
        {
            each.Tend(now, Reach(1), isLeaving: false, TimeSpan.FromHours(1), _publisher);
            Assert.InRange(200 - Given(each.ToRecord(1), 1), (515 / 9) - 1, (515 / 9) + 1);
        }
    }

    private Account New(ulong self) => new(_port, Id(self), _scene.View, new Ledger(_scene.View));

    private static HashSet<ReplicaId> Reach(params ulong[] reachable) => [.. reachable.Select(Id)];

    /// <summary>A new account of a replica, after one step.</summary>
    private AccountRecord Tend(ulong self, params ulong[] reachable)
    {
        var account = New(self);
        account.Tend(s_now, Reach(reachable), isLeaving: false, TimeSpan.FromHours(1), _publisher);
        return account.ToRecord(1);
    }

    private static long Given(AccountRecord record, ulong to) => record.Down.Transfers.Where(g => g.To == Id(to)).Sum(g => g.Amount);
}
