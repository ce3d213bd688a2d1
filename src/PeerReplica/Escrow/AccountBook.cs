namespace PeerReplica.Escrow;

/// <summary>
/// This replica's own books on one side of its account: what app threads may spend, what others are told.
/// <list type="number">
/// <item>What was issued to the budget never passes the limit that the account consensus acknowledged, nor the limit last told, nor inflow less rights transfers.</item>
/// <item>Hence the net, which is what was issued less what is left, never does.</item>
/// </list>
/// </summary>
internal sealed class AccountBook(EscrowName name, ReplicaId self, bool up, EscrowView view, Ledger ledger, Budget budget)
{
    private readonly SortedList<ReplicaId, RightsTransfer> _transfers = [];
    private long _issued;
    private long _usable;
    private long _limit;
    private ulong _limitSince;
    private bool _isRaised;
    private long _granted;
    private ulong _grantedSince;
    private bool _isGranted;
    private bool _hasTransfers;

    public long Net => _issued - budget.Left;

    public long CurrentLimit => _limit;

    public long Inflow => ledger.Inflow(name, self, up);

    /// <summary>What went to others. What an account that is closed by now was given counts as far as its closing says.</summary>
    public long Given
    {
        get
        {
            var sum = view.Closed.GivenBy(name, self, up);
            foreach (var transfer in _transfers.Values)
            {
                if (!view.Closed.Contains(transfer.To)) sum = Units.Add(sum, transfer.Amount);
            }

            return sum;
        }
    }

    /// <summary>What may still be spent or given, if the account consensus agrees.</summary>
    public long Rights => Inflow - Given - Net;

    /// <summary>Whether there is something that the others must be told without delay.</summary>
    public bool HasNews => _isRaised || _isGranted || _hasTransfers;

    /// <summary>Whether what was granted here counts.</summary>
    public bool IsGrantEffective => !_isGranted && _grantedSince <= view.AckedOf(self);

    /// <summary>The same books over a copied view, ledger and budget.</summary>
    public AccountBook Copy(EscrowView copiedView, Ledger copiedLedger, Budget copiedBudget)
    {
        var copy = new AccountBook(name, self, up, copiedView, copiedLedger, copiedBudget)
        {
            _issued = _issued,
            _usable = _usable,
            _limit = _limit,
            _limitSince = _limitSince,
            _isRaised = _isRaised,
            _granted = _granted,
            _grantedSince = _grantedSince,
            _isGranted = _isGranted,
            _hasTransfers = _hasTransfers,
        };
        foreach (var (to, transfer) in _transfers) copy._transfers.Add(to, transfer);
        return copy;
    }

    /// <summary>Fills and empties the budget as acknowledgements, inflow and limit permit.</summary>
    public void Balance()
    {
        if (!_isRaised && _limitSince <= view.AckedOf(self)) _usable = _limit;
        var target = Math.Min(Inflow - Given, Math.Min(_usable, _limit));
        if (target > _issued)
        {
            budget.Add(target - _issued);
            _issued = target;
        }
        else if (target < _issued)
        {
            _issued -= budget.Remove(_issued - target);
        }

        budget.Most = Units.MaxReturned + Math.Min(0, _issued);
    }

    /// <summary>
    /// Sets the limit so that no more than <paramref name="allowance"/>, or what waits, can be in doubt. It is raised before it is needed, when half of that is left or
    /// too little for what waits, and lowered at once; one raise at a time, so that acknowledgements catch up however fast the net goes.
    /// </summary>
    public void Limit(long allowance, long want)
    {
        var net = Net;
        var wished = net + Math.Clamp(Math.Max(allowance, want), 0, Math.Max(0, Rights));
        if (_limit > wished)
        {
            // What app threads may take already cannot be forbidden any more: it is taken out first, and the limit follows what could be had.
            if (_issued > wished) _issued -= budget.Remove(_issued - wished);
            _limit = Math.Max(wished, _issued);
            _usable = Math.Min(_usable, _limit);
        }
        else if (!_isRaised && _limitSince <= view.AckedOf(self) && ((Int128)(_limit - net) * 2 < (Int128)wished - net + 1 || _limit - net < want) && wished > _limit)
        {
            _limit = wished;
            _isRaised = true;
        }
    }

    public void Grant(long granted)
    {
        if (granted <= _granted || _isGranted || _grantedSince > view.AckedOf(self)) return;
        _granted = granted;
        _isGranted = true;
    }

    /// <summary>Gives up to <paramref name="amount"/> away. One rights transfer to each at a time, so that acknowledgements catch up.</summary>
    public void Give(ReplicaId to, long amount)
    {
        if (view.Closed.Contains(to)) return;
        _transfers.TryGetValue(to, out var before);
        if (before.Since > view.AckedOf(self)) return;
        var free = Inflow - Given;
        var kept = free - amount;
        if (_issued > kept) _issued -= budget.Remove(_issued - kept);

        // What is given in sum must stay exact: were it to saturate, the same rights could be given twice.
        var given = Math.Min(Math.Min(amount, free - _issued), Units.Max - Given);
        if (given <= 0) return;
        _transfers[to] = new RightsTransfer(to, before.Amount + given, ulong.MaxValue);
        _hasTransfers = true;
    }

    /// <summary>
    /// Takes back what a hold bound. The limit goes down with it: until the account consensus knows that the hold is over, its holder might be taken for dead and the hold confirmed
    /// elsewhere, so what it bound may be spent again only under a limit that is acknowledged anew.
    /// </summary>
    public void Release(long amount)
    {
        _issued -= amount;
        _limit -= amount;
        _usable -= amount;
    }

    /// <summary>Stops all spending: what is not spent now stays for the successor.</summary>
    public void Stop()
    {
        _issued -= budget.Remove(long.MaxValue);
        _limit = _usable = _issued;
        _isRaised = false;
    }

    /// <summary>
    /// The net as others are told. In the end that is all that was ever issued and not taken back from the budget: what an app thread gives back at this moment
    /// another may take again, so it counts only once it was taken out.
    /// </summary>
    public long NetToPublish(bool isFinal) => isFinal ? _issued : Net;

    /// <summary>What to tell, in the record with that sequence number.</summary>
    public AccountSide ToSide(ulong sequence, bool isFinal)
    {
        if (isFinal) Stop();
        DropClosedTransfers();
        if (_isRaised) _limitSince = sequence;
        if (_isGranted) _grantedSince = sequence;
        if (_hasTransfers)
        {
            foreach (var (to, transfer) in _transfers.ToArray())
            {
                if (transfer.Since == ulong.MaxValue) _transfers[to] = transfer with { Since = sequence };
            }
        }

        _isRaised = _isGranted = _hasTransfers = false;
        return new AccountSide(NetToPublish(isFinal), _limit, _limitSince, _granted, _grantedSince, [.. _transfers.Values]);
    }

    /// <summary>
    /// Rights transfers to closed accounts are told until everyone who decides knows of the closing: from then on it says what they were.
    /// </summary>
    private void DropClosedTransfers()
    {
        for (var i = _transfers.Count - 1; i >= 0; i--)
        {
            if (view.Closed.Contains(_transfers.Keys[i]) && view.IsKnownToAll(view.Closed.SlotOf(_transfers.Keys[i]))) _transfers.RemoveAt(i);
        }
    }
}
