using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>What an owner of items grants, and to whom.</summary>
public sealed class ReservationAuthorityTests
{
    private static readonly ReplicaId s_owner = new(10);
    private static readonly ReplicaId s_asker = new(20);
    private static readonly ReplicaId s_other = new(30);
    private static readonly EscrowName s_pool = new(ObjectKind.Pool, "seats");
    private static readonly byte[] s_key = [1];

    private readonly EscrowView _view = new();
    private readonly Published _published;
    private readonly ReservationAuthority _desk;

    public ReservationAuthorityTests()
    {
        _view.Learn(0, new Decision { BootstrapId = new(1), Voters = [s_owner, s_asker, s_other] });
        _published = new Published(_view);
        _desk = new ReservationAuthority(new PoolPort(s_pool, s_owner), s_owner, _view, _view.ReservationsOf(s_pool));
    }

    [Theory]
    [InlineData(5000, 4000, true)]
    [InlineData(5000, 5000, false)]
    [InlineData(0, 4_000_000, true)]
    public void A_request_that_waited_at_its_owner_is_granted_as_long_as_its_caller_waits(long wait, int milliseconds, bool isGranted)
    {
        Hold(s_other);
        Ask(Request(wait));
        Tend(1, s_asker);
        Free();
        Tend(1 + milliseconds, s_asker);
        Assert.Equal(isGranted ? ReservationState.Taken : ReservationState.Free, State);
    }

    [Fact]
    public void The_time_counts_from_the_arrival_at_the_owner()
    {
        Ask(Request(wait: 100));
        Tend(3_600_000, s_asker);
        Assert.Equal(ReservationState.Taken, State);
    }

    [Fact]
    public void Nothing_is_granted_to_an_asker_that_cannot_be_reached()
    {
        Ask(Request(wait: 0));
        Tend(1);
        Assert.Null(State);
        Tend(2, s_asker);
        Assert.Equal(ReservationState.Taken, State);
    }

    [Fact]
    public void A_withdrawn_request_that_was_granted_frees_the_item_and_is_heard()
    {
        Ask(Request(wait: 0));
        Tend(1, s_asker);
        Assert.Equal(ReservationState.Taken, State);
        Withdraw(new Withdrawal(7, 1, s_key));
        Tend(2);
        Assert.Equal(ReservationState.Free, State);
        Assert.Equal([new Mark(s_asker, 7)], _desk.Heard);
        Withdraw();
        Tend(3);
        Assert.Empty(_desk.Heard);
    }

    [Fact]
    public void A_withdrawn_request_frees_nothing_that_another_one_was_granted()
    {
        _view.Learn(s_other, s_pool, AccountRecord.Empty with { Requests = [Request(wait: 0)] });
        Tend(1, s_other);
        Withdraw(new Withdrawal(7, 1, s_key));
        Tend(2, s_asker);
        Assert.Equal(ReservationState.Taken, State);
    }

    [Fact]
    public void A_request_is_looked_at_by_its_asker_s_record_however_many_accounts_there_ever_were()
    {
        for (var i = 1000; i < 3000; i++) _view.Learn(new ReplicaId((ulong)i), s_pool, AccountRecord.Empty);
        Ask(Request(wait: 0));
        Assert.Equal([s_asker], _view.AskersOf(s_pool));
        Withdraw();
        Assert.Empty(_view.AskersOf(s_pool));
    }

    private ReservationState? State => _view.ReservationsOf(s_pool).Current(s_key, s_owner, out _)?.Record.State;

    private static ReservationRequest Request(long wait) => new(1, s_key, ReservationVerb.Take, default, 0, 0, 0, wait);

    private void Ask(ReservationRequest request) => _view.Learn(s_asker, s_pool, AccountRecord.Empty with { Requests = [request with { Seen = _published.Version }] });

    private void Withdraw(params Withdrawal[] withdrawals) => _view.Learn(s_asker, s_pool, AccountRecord.Empty with { Withdrawals = withdrawals });

    private void Hold(ReplicaId holder) => _published.Publish(s_pool, s_key, new ReservationRecord(ReservationState.Held, 1, holder, 9, holder, 9, 1, []), Instant.Never);

    /// <summary>The hold is over, by a decision of which the request that waits already knows.</summary>
    private void Free()
    {
        _published.Publish(s_pool, s_key, new ReservationRecord(ReservationState.Free, 1, default, 0, s_owner, 0, 2, []), Instant.Never);
        Ask(_view.AccountOf(s_pool, s_asker).Requests[0]);
    }

    private void Tend(int milliseconds, params ReplicaId[] reachable) =>
        _desk.Tend(new Instant(milliseconds * TimeSpan.TicksPerMillisecond), reachable.ToHashSet(), _published);

    private sealed class Published(EscrowView view) : IEscrowPublisher
    {
        public ulong Version { get; private set; }

        public void Publish(ConsensusRecord record)
        {
        }

        public void Publish(ulong slot, Decision decision)
        {
        }

        public void Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt)
        {
            Version = record.Version;
            view.Learn(name, key, [new Reservation(s_owner, record.Version, record, expiresAt)]);
        }

        public void Remove(EscrowName name, byte[] key)
        {
        }

        public void Publish(Account account)
        {
        }
    }
}
