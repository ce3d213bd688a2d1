namespace PeerReplica.Escrow;

/// <summary>
/// What accounts are worth, as far as a view tells: never more than they are. For each side of an account
/// <c>rights = inflow - given - net</c>, where the inflow is its share of the mint, what it granted, the gifts to it, and what it inherited; of these
/// what the council has acknowledged or decided.
/// </summary>
internal sealed class Ledger(EscrowView view)
{
    private readonly Dictionary<(EscrowName Name, ReplicaId From, ReplicaId To, bool Up), long> _counted = [];
    private readonly Dictionary<(EscrowName Name, bool Up), (long At, Dictionary<ReplicaId, long> Sums)> _inheritances = [];
    private readonly Dictionary<(EscrowName Name, ReplicaId Account, bool Up), long> _inflows = [];
    private readonly Dictionary<(EscrowName Name, ReplicaId Account, bool Up), long> _inflowsAt = [];
    private ReplicaId _formation;

    public Ledger Copy(EscrowView copied)
    {
        var copy = new Ledger(copied) { _formation = _formation };
        foreach (var (key, counted) in _counted) copy._counted.Add(key, counted);
        return copy;
    }

    /// <summary>Everything that came into an account. It only grows.</summary>
    public long Inflow(EscrowName name, ReplicaId account, bool up)
    {
        Refresh();
        var key = (name, account, up);
        if (_inflowsAt.TryGetValue(key, out var at) && at == view.Version) return _inflows[key];
        _inflowsAt[key] = view.Version;
        return _inflows[key] = Units.Add(Own(name, account, up), Inheritances(name, up).GetValueOrDefault(account));
    }

    /// <summary>What the owner of an open account may still spend or give, in its own eyes.</summary>
    public long Rights(EscrowName name, ReplicaId account, bool up)
    {
        var side = view.AccountOf(name, account)[up];
        return Units.Clamp((Int128)Inflow(name, account, up) - side.Given - side.Net);
    }

    /// <summary>
    /// What of a closed account is not for its heir: what its owner may have taken, and what its holds bind. The limit covers the holds that the council knew; if the owner's
    /// last word is known, its net does, but for those that it held to the end.
    /// </summary>
    private long Bound(EscrowName name, Closing closing, AccountRecord record, ClosedSide side, bool up)
    {
        if (up) return record.IsFinal ? record.Up.Net : side.Limit;
        var (open, taken, released, none) = view.ClaimsOf(name).HoldsOf(closing.Account);
        return Units.Clamp(record.IsFinal ? (Int128)record.Down.Net - record.Held - none + open + taken : (Int128)side.Limit - released);
    }

    /// <summary>
    /// What heirs got, decision by decision: an heir was not closed when it became one, so what it inherited itself is complete when it is its turn.
    /// </summary>
    private Dictionary<ReplicaId, long> Inheritances(EscrowName name, bool up)
    {
        if (_inheritances.TryGetValue((name, up), out var known) && known.At == view.Version) return known.Sums;
        var sums = new Dictionary<ReplicaId, long>();
        _inheritances[(name, up)] = (view.Version, sums);
        foreach (var decision in view.Decisions)
        {
            foreach (var closing in decision.Closings)
            {
                // Of two closings of one account the first counts.
                if (!ReferenceEquals(view.ClosingOf(closing.Account), closing)) continue;
                var record = view.AccountOf(name, closing.Account);
                var side = SideOf(closing, name, up);
                var inflow = Units.Add(Own(name, closing.Account, up), sums.GetValueOrDefault(closing.Account));
                var estate = Units.Clamp((Int128)inflow - side.Given - Bound(name, closing, record, side, up));
                if (estate > 0) sums[closing.Heir] = Units.Add(sums.GetValueOrDefault(closing.Heir), estate);
            }
        }

        return sums;
    }

    private long Own(EscrowName name, ReplicaId account, bool up) =>
        Units.Clamp((Int128)Minted(name, account, up) + Granted(name, account, up) + Received(name, account, up));

    /// <summary>What counted under another forming counts no more.</summary>
    private void Refresh()
    {
        if (_formation == view.Formation) return;
        _formation = view.Formation;
        _counted.Clear();
        _inflowsAt.Clear();
        _inheritances.Clear();
    }

    /// <summary>What is acknowledged counts for good, also while a later record that says more is not.</summary>
    private long Counted(EscrowName name, ReplicaId from, ReplicaId to, bool up, long amount, bool isAcknowledged)
    {
        var key = (name, from, to, up);
        var counted = _counted.GetValueOrDefault(key);
        if (!isAcknowledged || amount <= counted) return counted;
        return _counted[key] = amount;
    }

    /// <summary>All that was ever granted, as far as it counts.</summary>
    public long Issued(EscrowName name, bool up)
    {
        var issued = 0L;
        if (view.MintOf(name) is { } mint)
        {
            foreach (var share in mint.Shares) issued = Units.Add(issued, up ? share.Up : share.Down);
        }

        if (view.AccountsOf(name) is not { } accounts) return issued;
        foreach (var account in accounts.Keys) issued = Units.Add(issued, Granted(name, account, up));
        return issued;
    }

    /// <summary>Where an object's units are, counted account by account.</summary>
    /// <param name="name">The object.</param>
    /// <param name="isPresent">Whether a replica can be reached; what those that cannot have is stranded.</param>
    public EscrowAudit Audit(EscrowName name, Func<ReplicaId, bool> isPresent)
    {
        var (sold, held, free, stranded) = (Int128.Zero, Int128.Zero, Int128.Zero, Int128.Zero);
        foreach (var account in AccountsOf(name))
        {
            var record = view.AccountOf(name, account);
            if (IsForeign(account))
            {
                sold += record.Down.Net;
                continue;
            }

            free += OnTheWay(name, account);
            if (view.ClosingOf(account) is { } closing)
            {
                var (open, taken, _, none) = view.ClaimsOf(name).HoldsOf(account);
                var took = (Int128)record.Down.Net - record.Held - none + taken;
                sold += took;
                held += open;
                stranded += Bound(name, closing, record, SideOf(closing, name, up: false), up: false) - took - open;
                continue;
            }

            sold += (Int128)record.Down.Net - record.Held;
            held += record.Held;

            // One that spent or gave more than it had has nothing: then the sum does not come out.
            var rights = Math.Max(0, Rights(name, account, up: false));
            if (isPresent(account)) free += rights;
            else stranded += rights;
        }

        var issued = Issued(name, up: false);
        return new EscrowAudit(issued, Units.Saturate(sold), Units.Saturate(held), Units.Saturate(free), Units.Saturate(stranded), issued == sold + held + free + stranded && !view.IsFormedTwice);
    }

    /// <summary>What may still be sold at most: all that was granted, less what was sold of it. What was sold under another forming is not of it.</summary>
    public long Unsold(EscrowName name, EscrowAudit audit)
    {
        var unsold = (Int128)audit.Issued - audit.Sold;
        foreach (var (account, record) in view.AccountsOf(name) ?? [])
        {
            if (IsForeign(account)) unsold += record.Down.Net;
        }

        return Units.Saturate(unsold);
    }

    /// <summary>What an account gave that does not count at its receiver yet.</summary>
    private long OnTheWay(EscrowName name, ReplicaId giver)
    {
        if (view.ClosingOf(giver) is not null) return 0;
        var sum = 0L;
        foreach (var gift in view.AccountOf(name, giver).Down.Gifts) sum = Units.Add(sum, gift.Amount - ReceivedFrom(name, giver, gift.To, up: false));
        return sum;
    }

    /// <summary>Everyone who has an account, also where none of its own records is here yet.</summary>
    private SortedSet<ReplicaId> AccountsOf(EscrowName name)
    {
        var accounts = new SortedSet<ReplicaId>(Inheritances(name, up: false).Keys);
        foreach (var (id, record) in view.AccountsOf(name) ?? [])
        {
            accounts.Add(id);
            foreach (var gift in record.Down.Gifts) accounts.Add(gift.To);
        }

        foreach (var share in view.MintOf(name)?.Shares ?? []) accounts.Add(share.Account);
        return accounts;
    }

    /// <summary>
    /// Whether an account belongs to another forming: what it took was taken beyond what was granted here, and what it granted or gave is not worth anything here. An owner that acted
    /// under one forming never goes over to another, so what it gave stays worth nothing.
    /// </summary>
    private bool IsForeign(ReplicaId account) =>
        view.CouncilOf(account) is { } record && record.Formation != default && record.Formation != view.Formation && view.ClosingOf(account) is null;

    public static ClosedSide SideOf(Closing closing, EscrowName name, bool up)
    {
        foreach (var closed in closing.Objects)
        {
            if (closed.Object == name) return up ? closed.Up : closed.Down;
        }

        return ClosedSide.Empty;
    }

    private long Minted(EscrowName name, ReplicaId account, bool up)
    {
        if (view.MintOf(name) is not { } mint) return 0;
        var sum = 0L;
        foreach (var share in mint.Shares)
        {
            if (share.Account == account) sum = Units.Add(sum, up ? share.Up : share.Down);
        }

        return sum;
    }

    /// <summary>What an account's owner added to the total, as far as it counts.</summary>
    public long Granted(EscrowName name, ReplicaId account, bool up)
    {
        if (view.ClosingOf(account) is { } closing) return SideOf(closing, name, up).Granted;
        if (IsForeign(account)) return 0;
        var side = view.AccountOf(name, account)[up];
        return Counted(name, account, account, up, side.Granted, side.GrantedSince <= view.AckedOf(account));
    }

    private long Received(EscrowName name, ReplicaId account, bool up)
    {
        var sum = 0L;
        if (view.AccountsOf(name) is not { } accounts) return sum;
        foreach (var giver in accounts.Keys)
        {
            if (giver != account) sum = Units.Add(sum, ReceivedFrom(name, giver, account, up));
        }

        return sum;
    }

    private long ReceivedFrom(EscrowName name, ReplicaId giver, ReplicaId account, bool up)
    {
        if (IsForeign(giver)) return 0;
        var closing = view.ClosingOf(giver);
        var gifts = closing is not null ? SideOf(closing, name, up).Gifts : view.AccountOf(name, giver)[up].Gifts;
        foreach (var gift in gifts)
        {
            if (gift.To != account) continue;
            if (closing is not null) return gift.Amount;
            var isAcknowledged = gift.Since <= view.AckedOf(giver);
            return Counted(name, giver, account, up, gift.Amount, isAcknowledged);
        }

        return 0;
    }
}
