namespace PeerReplica.Escrow;

/// <summary>
/// What accounts are worth, as far as a view tells: never more than they are. For each side of an account
/// <c>rights = inflow - given - net</c>, where the inflow is its share of the initial grant, what it granted, the rights transfers to it, and what it inherited; of these
/// what the account consensus has acknowledged or decided. What is computed after a change costs as much as there are open accounts; closed ones
/// are added up when one of them changes.
/// </summary>
internal sealed class Ledger(EscrowView view)
{
    /// <summary>
    /// How many times what was granted here one account of another bootstrap may have sold, as far as that is shown: what was
    /// granted there is not known.
    /// </summary>
    private const int ForeignShare = 16;

    private readonly Dictionary<(EscrowName Name, bool Up), CountedTransfers> _transfers = [];
    private readonly Dictionary<(EscrowName Name, ReplicaId Account, bool Up), long> _granted = [];
    private readonly Dictionary<EscrowName, ClosedBalance> _closed = [];
    private readonly Dictionary<(EscrowName Name, ReplicaId Account, bool Up), (long At, long Inflow)> _inflows = [];
    private long _closedAt = -1;
    private ReplicaId _bootstrapId;

    public Ledger Copy(EscrowView copied)
    {
        var copy = new Ledger(copied) { _bootstrapId = _bootstrapId };
        foreach (var (key, transfers) in _transfers) copy._transfers.Add(key, transfers.Copy());
        foreach (var (key, granted) in _granted) copy._granted.Add(key, granted);
        return copy;
    }

    /// <summary>Everything that came into an open account. It only grows.</summary>
    public long Inflow(EscrowName name, ReplicaId account, bool up)
    {
        Refresh();
        var key = (name, account, up);
        if (_inflows.TryGetValue(key, out var known) && known.At == view.Version) return known.Inflow;
        var own = (Int128)view.InitialGrantFor(name, account, up) + Granted(name, account, up) + view.Closed.ReceivedBy(name, account, up)
            + TransfersOf(name, up).To(account, view);
        var inflow = Units.Add(Units.Clamp(own), ClosedOf(name).Estates(up).GetValueOrDefault(account));
        _inflows[key] = (view.Version, inflow);
        return inflow;
    }

    /// <summary>What the owner of an open account may still spend or give, in its own eyes.</summary>
    public long Rights(EscrowName name, ReplicaId account, bool up)
    {
        var side = view.AccountOf(name, account)[up];
        return Units.Clamp((Int128)Inflow(name, account, up) - Given(name, account, side, up) - side.Net);
    }

    /// <summary>All that was ever granted, as far as it counts.</summary>
    public long Issued(EscrowName name, bool up)
    {
        Refresh();
        var issued = ClosedOf(name).Granted(up);
        if (view.InitialGrantOf(name) is { } initialGrant)
        {
            foreach (var share in initialGrant.Shares) issued = Units.Add(issued, up ? share.Up : share.Down);
        }

        foreach (var account in view.OpenAccountsOf(name)) issued = Units.Add(issued, Granted(name, account, up));
        return issued;
    }

    /// <summary>
    /// Where an object's units are, counted account by account. Of what is claimed to be sold or held no more is shown than
    /// each account could have got: all that was granted. So a false reservation can show that more was sold than granted, and
    /// cannot choose how much.
    /// </summary>
    /// <param name="name">The object.</param>
    /// <param name="isPresent">Whether a replica can be reached; what those that cannot have is stranded.</param>
    public EscrowAudit Audit(EscrowName name, Func<ReplicaId, bool> isPresent)
    {
        Refresh();
        var closed = ClosedOf(name);
        var (sold, held, free, stranded) = (closed.Sold, closed.Held, Int128.Zero, closed.Stranded);
        var shares = 1;
        foreach (var account in AccountsOf(name))
        {
            var record = view.AccountOf(name, account);
            if (view.IsForeign(account))
            {
                sold += record.Down.Net;
                shares += ForeignShare;
                continue;
            }

            shares++;

            free += OnTheWay(name, account, record.Down);
            sold += (Int128)record.Down.Net - record.Held;
            held += record.Held;

            // One that spent or gave more than it had has nothing: then the sum does not come out.
            var rights = Math.Max(0, Rights(name, account, up: false));
            if (isPresent(account)) free += rights;
            else stranded += rights;
        }

        var issued = Issued(name, up: false);
        var most = Int128.Max(issued, 1) * shares;
        var isPossible = sold <= most && held <= most;
        var isBalanced = isPossible && issued == sold + held + free + stranded && !view.IsFormedTwice;
        (sold, held) = (Int128.Min(sold, most), Int128.Min(held, most));
        return new EscrowAudit(
            issued, Units.Saturate(sold), Units.Saturate(held), Units.Saturate(free), Units.Saturate(stranded), isBalanced);
    }

    /// <summary>What may still be sold at most: all that was granted, less what was sold of it. What was sold under another bootstrap is not of it.</summary>
    public long Unsold(EscrowName name)
    {
        var unsold = Issued(name, up: false) - ClosedOf(name).Sold;
        foreach (var account in view.OpenAccountsOf(name))
        {
            if (view.IsForeign(account)) continue;
            var record = view.AccountOf(name, account);
            unsold -= (Int128)record.Down.Net - record.Held;
        }

        return Units.Saturate(unsold);
    }

    /// <summary>What an account's owner added to the total, as far as it counts.</summary>
    public long Granted(EscrowName name, ReplicaId account, bool up)
    {
        Refresh();
        if (view.ClosingOf(account) is { } closing) return closing.Find(name)[up].Granted;
        if (view.IsForeign(account)) return 0;
        var side = view.AccountOf(name, account)[up];

        // What is acknowledged counts for good, also while a later record that says more is not.
        var counted = _granted.GetValueOrDefault((name, account, up));
        if (side.Granted <= counted || side.GrantedSince > view.AckedOf(account)) return counted;
        return _granted[(name, account, up)] = side.Granted;
    }

    /// <summary>What an open account gave, in sum.</summary>
    private long Given(EscrowName name, ReplicaId account, AccountSide side, bool up)
    {
        var given = view.Closed.GivenBy(name, account, up);
        foreach (var transfer in side.Transfers)
        {
            if (!view.Closed.Contains(transfer.To)) given = Units.Add(given, transfer.Amount);
        }

        return given;
    }

    /// <summary>What an account gave that does not count at its receiver yet.</summary>
    private long OnTheWay(EscrowName name, ReplicaId giver, AccountSide side)
    {
        var sum = 0L;
        foreach (var transfer in side.Transfers)
        {
            if (!view.Closed.Contains(transfer.To)) sum = Units.Add(sum, transfer.Amount - TransfersOf(name, up: false).Between(giver, transfer.To, view));
        }

        return sum;
    }

    /// <summary>Everyone who has an open account, also where none of its own records is here yet.</summary>
    private SortedSet<ReplicaId> AccountsOf(EscrowName name)
    {
        var accounts = new SortedSet<ReplicaId>(ClosedOf(name).Receivers);
        foreach (var id in view.OpenAccountsOf(name))
        {
            accounts.Add(id);
            foreach (var transfer in view.AccountOf(name, id).Down.Transfers) accounts.Add(transfer.To);
        }

        foreach (var share in view.InitialGrantOf(name)?.Shares ?? []) accounts.Add(share.Account);
        accounts.RemoveWhere(view.Closed.Contains);
        return accounts;
    }

    private CountedTransfers TransfersOf(EscrowName name, bool up)
    {
        if (!_transfers.TryGetValue((name, up), out var transfers)) _transfers.Add((name, up), transfers = new CountedTransfers(name, up));
        return transfers;
    }

    private ClosedBalance ClosedOf(EscrowName name)
    {
        if (_closed.TryGetValue(name, out var closed) && closed.IsCurrent(view)) return closed;
        return _closed[name] = ClosedBalance.Compute(view, name);
    }

    /// <summary>What counted under another bootstrap counts no more; what was computed of closed accounts is not asked again.</summary>
    private void Refresh()
    {
        if (_closedAt != view.Closed.Version)
        {
            _closedAt = view.Closed.Version;
            _inflows.Clear();
        }

        if (_bootstrapId == view.BootstrapId) return;
        _bootstrapId = view.BootstrapId;
        foreach (var transfers in _transfers.Values) transfers.Clear();
        _granted.Clear();
        _inflows.Clear();
        _closed.Clear();
    }
}
