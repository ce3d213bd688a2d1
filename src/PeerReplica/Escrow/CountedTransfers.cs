namespace PeerReplica.Escrow;

/// <summary>
/// What open accounts gave each other on one side of one object, as far as the account consensus has acknowledged it. Once counted, an
/// amount counts for as long as both accounts are open, also while a later record that says more is not acknowledged.
/// </summary>
internal sealed class CountedTransfers(EscrowName name, bool up)
{
    private readonly Dictionary<ReplicaId, Giver> _givers = [];
    private readonly Dictionary<ReplicaId, Int128> _sums = [];
    private long _at = -1;
    private long _closedAt = -1;

    public CountedTransfers Copy()
    {
        var copy = new CountedTransfers(name, up);
        foreach (var (id, giver) in _givers) copy._givers.Add(id, giver.Copy());
        return copy;
    }

    /// <summary>What an account received from all open accounts.</summary>
    public long To(ReplicaId account, EscrowView view)
    {
        Refresh(view);
        return Units.Clamp(_sums.GetValueOrDefault(account));
    }

    /// <summary>What one open account received from another.</summary>
    public long Between(ReplicaId from, ReplicaId to, EscrowView view)
    {
        Refresh(view);
        return _givers.TryGetValue(from, out var giver) ? giver.Counted.GetValueOrDefault(to) : 0;
    }

    public void Clear()
    {
        _givers.Clear();
        _sums.Clear();
        (_at, _closedAt) = (-1, -1);
    }

    private void Refresh(EscrowView view)
    {
        if (_at == view.Version) return;
        _at = view.Version;
        if (_closedAt != view.Closed.Version) DropClosed(view);
        foreach (var id in view.OpenAccountsOf(name))
        {
            if (view.IsForeign(id)) continue;
            var (side, acked) = (view.AccountOf(name, id)[up], view.AckedOf(id));
            if (!_givers.TryGetValue(id, out var giver)) _givers.Add(id, giver = new Giver());
            if (ReferenceEquals(giver.Side, side) && giver.Acked == acked) continue;
            (giver.Side, giver.Acked) = (side, acked);
            foreach (var transfer in side.Transfers)
            {
                if (transfer.Since > acked || transfer.To == id || view.Closed.Contains(transfer.To)) continue;
                var counted = giver.Counted.GetValueOrDefault(transfer.To);
                if (transfer.Amount <= counted) continue;
                giver.Counted[transfer.To] = transfer.Amount;
                _sums[transfer.To] = _sums.GetValueOrDefault(transfer.To) + transfer.Amount - counted;
            }
        }
    }

    /// <summary>What an account that is closed by now gave or received stands in its closing.</summary>
    private void DropClosed(EscrowView view)
    {
        _closedAt = view.Closed.Version;
        _sums.Clear();
        foreach (var (id, giver) in _givers)
        {
            if (view.Closed.Contains(id))
            {
                _givers.Remove(id);
                continue;
            }

            foreach (var (to, amount) in giver.Counted)
            {
                if (view.Closed.Contains(to)) giver.Counted.Remove(to);
                else _sums[to] = _sums.GetValueOrDefault(to) + amount;
            }
        }
    }

    private sealed class Giver
    {
        /// <summary>The side of the record that was looked at last; with <see cref="Acked"/> it says whether to look again.</summary>
        public AccountSide? Side { get; set; }

        public ulong Acked { get; set; }

        public Dictionary<ReplicaId, long> Counted { get; } = [];

        public Giver Copy()
        {
            var copy = new Giver();
            foreach (var (to, amount) in Counted) copy.Counted.Add(to, amount);
            return copy;
        }
    }
}
