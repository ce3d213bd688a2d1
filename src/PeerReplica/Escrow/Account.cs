using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>This replica's account of one object: keeps it supplied, supplies others, and tells what there is to tell.</summary>
internal sealed class Account
{
    /// <summary>How long the stock should last at the rate of the last while. A guess: a rights transfer takes two hops and an acknowledgement.</summary>
    private static readonly TimeSpan s_stockLasts = TimeSpan.FromMilliseconds(250);

    private readonly EscrowView _view;
    private readonly Ledger _ledger;
    private readonly ReplicaId _self;
    private readonly EscrowPort _port;
    private readonly AccountBook _down;
    private readonly AccountBook? _up;
    private readonly Dictionary<ReplicaId, SpendRate> _others = [];
    private AccountRecord _told = AccountRecord.Empty;
    private SpendRate _spendRate;
    private long _missed;
    private Instant _missedAt;

    private Account(Account other, EscrowPort port, EscrowView view, Ledger ledger)
    {
        (_port, _view, _ledger, _self) = (port, view, ledger, other._self);
        Authority = new ReservationAuthority(port, other._self, view, view.ReservationsOf(port.Name));
        Collector = new ReservationCollector(port, other._self, view, view.ReservationsOf(port.Name));
        _down = other._down.Copy(view, ledger, port.Down);
        _up = port.Up is null ? null : other._up?.Copy(view, ledger, port.Up);
        (_told, _spendRate, _missed, _missedAt) = (other._told, other._spendRate, other._missed, other._missedAt);
        foreach (var (id, spendRate) in other._others) _others.Add(id, spendRate);
        IsStopped = other.IsStopped;
    }

    public Account(EscrowPort port, ReplicaId self, EscrowView view, Ledger ledger)
    {
        _port = port;
        _view = view;
        _ledger = ledger;
        _self = self;
        Authority = new ReservationAuthority(port, self, view, view.ReservationsOf(port.Name));
        Collector = new ReservationCollector(port, self, view, view.ReservationsOf(port.Name));
        _down = new AccountBook(port.Name, self, up: false, view, ledger, port.Down);
        _up = port.Up is null ? null : new AccountBook(port.Name, self, up: true, view, ledger, port.Up);
    }

    public EscrowPort Port => _port;

    /// <summary>Decides about reservations.</summary>
    public ReservationAuthority Authority { get; }

    /// <summary>Removes holds that are over.</summary>
    public ReservationCollector Collector { get; }

    /// <summary>What was taken here and has not come back, at this moment; negative where more came back.</summary>
    public long Net => _down.Net;

    /// <summary>Whether all that was granted here counts.</summary>
    public bool IsGrantEffective => _told.Down.Granted >= _port.Granted && _down.IsGrantEffective;

    /// <summary>Whether it has stopped for good.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The same account over copies of all that it uses.</summary>
    public Account Copy(EscrowPort port, EscrowView view, Ledger ledger) => new(this, port, view, ledger);

    /// <summary>Does what is due. Returns whether the others must be told without delay.</summary>
    public bool Tend(Instant now, IReadOnlySet<ReplicaId> reachable, bool isLeaving, TimeSpan retention, IEscrowPublisher publisher)
    {
        if (!_view.IsFormed) return false;
        IsStopped |= isLeaving || _view.ClosingOf(_self) is not null;
        if (IsStopped)
        {
            Authority.Index.IsCollected = false;
            _down.Stop();
            _up?.Stop();
            return IsStale;
        }

        _spendRate = _spendRate.Noted(now, _down.Net);
        Authority.Tend(now, reachable, publisher);
        Collector.Tend(now, retention, publisher);
        if (Authority.TakeReleased() is var released and > 0) _down.Release(released);
        Miss(now, _port.Missed());
        _down.Balance();
        _up?.Balance();
        _down.Grant(_port.Granted);
        Supply(reachable, now);
        var isAlone = _view.Voters is [var only] && only == _self;
        _down.Limit(isAlone ? long.MaxValue / 4 : _port.Allowance, _port.Want);
        _up?.Limit(isAlone ? long.MaxValue / 4 : _port.Allowance, _port.UpWant);
        _down.Balance();
        _up?.Balance();
        if (_down.Rights > 0) _missed = 0;
        return HasUntold;
    }

    /// <summary>What to tell, in the record with that sequence number.</summary>
    public AccountRecord ToRecord(ulong sequence)
    {
        var down = _down.ToSide(sequence, IsStopped);
        var up = _up?.ToSide(sequence, IsStopped) ?? AccountSide.Empty;
        _told = new AccountRecord(down, up, Stock(), Want(), UpWant(), Authority.Held, IsStopped, _port.Requests, _port.Withdrawals, Authority.Heard);
        return _told;
    }

    /// <summary>Whether a limit went down since: until that is told, more is in doubt than need be.</summary>
    private bool IsLowered => _down.CurrentLimit < _told.Down.Limit || (_up is not null && _up.CurrentLimit < _told.Up.Limit);

    /// <summary>Whether what was told last is not all there is to tell.</summary>
    public bool IsStale => _down.NetToPublish(IsStopped) != _told.Down.Net || (_up is not null && _up.NetToPublish(IsStopped) != _told.Up.Net) || HasUntold;

    /// <summary>Likewise, but for a net that changed, which can wait for the next broadcast.</summary>
    private bool HasUntold => _down.HasNews || _up is { HasNews: true } || (IsStopped && !_told.IsFinal) || Stock() != _told.Stock || Want() != _told.Want || UpWant() != _told.UpWant
        || Authority.Held != _told.Held || IsLowered || HasUnpublishedReservations;

    /// <summary>Whether what this replica asks of authorities, or has heard as one, is not told yet.</summary>
    public bool HasUnpublishedReservations => !ReferenceEquals(_port.Requests, _told.Requests) || !ReferenceEquals(_port.Withdrawals, _told.Withdrawals) || !ReferenceEquals(Authority.Heard, _told.Heard);

    /// <summary>A miss is forgotten after a while: the customer has gone, and what two accounts both missed would go to and fro between them for ever.</summary>
    private void Miss(Instant now, long missed)
    {
        if (missed > 0) (_missed, _missedAt) = (Math.Max(_missed, missed), now);
        else if (_missed > 0 && now >= _missedAt + s_stockLasts) _missed = 0;
    }

    /// <summary>Below half of this the account asks for as much.</summary>
    private long LowWater() => Math.Max(_port.Allowance, Needed(_spendRate));

    private static long Needed(SpendRate spendRate) => (long)Math.Min(spendRate.PerSecond * s_stockLasts.TotalSeconds, Units.MaxReturned);

    private long Stock()
    {
        if (IsStopped) return 0;
        var (rights, low) = (_down.Rights, LowWater());
        if (rights > low / 2 && _missed == 0) return 0;

        // In steps, so that a rate that wavers is not told each time.
        var wished = Math.Min(Units.Clamp((Int128)Math.Max(low, _missed) - rights), 1L << 60);
        return wished <= 0 ? 0 : (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)wished);
    }

    /// <summary>What waits, where the rights are too few for it. Where there are none, what was missed is as good as waiting, as far as one may take it unseen.</summary>
    private long Want()
    {
        if (IsStopped) return 0;
        var rights = _down.Rights;
        var missed = rights > 0 ? 0 : Math.Min(_missed, Math.Max(1, _port.Allowance));
        var want = Math.Max(_port.Want, missed);
        return want > rights ? want : 0;
    }

    private long UpWant() => IsStopped || _up is null || _port.UpWant <= _up.Rights ? 0 : _port.UpWant;

    /// <summary>Gives to those that ask, if nobody else who can be reached has more.</summary>
    private void Supply(IReadOnlySet<ReplicaId> reachable, Instant now)
    {
        var accounts = _view.OpenAccountsOf(_port.Name);
        ForgetClosed(accounts);
        foreach (var id in accounts)
        {
            var record = _view.AccountOf(_port.Name, id);
            if (id == _self || record.IsFinal || !reachable.Contains(id) || !_view.IsMember(id)) continue;
            var spendRate = _others[id] = _others.GetValueOrDefault(id).Noted(now, record.Down.Net);
            if ((record.Want > 0 || record.Stock > 0) && IsRichest(accounts, id, reachable, up: false)) Supply(id, record, spendRate);
            if (_up is not null && record.UpWant > 0 && IsRichest(accounts, id, reachable, up: true)) _up.Give(id, Owed(id, record, up: true));
        }
    }

    private void ForgetClosed(IReadOnlySet<ReplicaId> accounts)
    {
        if (_others.Count <= accounts.Count) return;
        foreach (var id in _others.Keys)
        {
            if (!accounts.Contains(id)) _others.Remove(id);
        }
    }

    /// <summary>
    /// What waits there is given as far as it is not wanted here. For stock the two share what they have by how fast each spends, so that an idle account does not sit on
    /// the last rights while another sells. A small difference is left, and where this account is low itself it gives only to one that will soon have none: so nothing
    /// goes to and fro.
    /// </summary>
    private void Supply(ReplicaId id, AccountRecord record, SpendRate spendRate)
    {
        var rights = _down.Rights;
        var theirs = Math.Max(0, _ledger.Rights(_port.Name, id, up: false));
        var transfer = Owed(id, record, up: false);
        var lacking = spendRate.ShareBeside(_spendRate, rights + theirs) - theirs;
        var isNeeded = theirs < Math.Max(1, Needed(spendRate)) || rights > LowWater();
        if (_port.Want == 0 && isNeeded && lacking > (rights + theirs) / 16) transfer = Math.Max(transfer, Math.Min(record.Stock, lacking));
        if (transfer > 0) _down.Give(id, transfer);
    }

    /// <summary>What waits there and is not there, as far as it is not wanted here.</summary>
    private long Owed(ReplicaId id, AccountRecord record, bool up)
    {
        var lacking = (up ? record.UpWant : record.Want) - Math.Max(0, _ledger.Rights(_port.Name, id, up));
        return Math.Min(lacking, (up ? _up! : _down).Rights - OwnWant(id, up));
    }

    /// <summary>
    /// What waits here. Where it cannot be served with what is here anyway it does not stand in the way of a replica with a smaller id: else two that each hold half of
    /// what either waits for would wait for each other.
    /// </summary>
    private long OwnWant(ReplicaId asking, bool up)
    {
        var want = up ? _port.UpWant : _port.Want;
        return want > (up ? _up! : _down).Rights && asking < _self ? 0 : want;
    }

    private bool IsRichest(IReadOnlySet<ReplicaId> accounts, ReplicaId asking, IReadOnlySet<ReplicaId> reachable, bool up)
    {
        var mine = (up ? _up! : _down).Rights - OwnWant(asking, up);
        if (mine <= 0) return false;
        foreach (var id in accounts)
        {
            var record = _view.AccountOf(_port.Name, id);
            if (id == _self || id == asking || record.IsFinal || !reachable.Contains(id) || !_view.IsMember(id)) continue;
            var theirs = _ledger.Rights(_port.Name, id, up) - (up ? record.UpWant : record.Want);
            if (theirs > mine || (theirs == mine && id < _self)) return false;
        }

        return true;
    }
}
