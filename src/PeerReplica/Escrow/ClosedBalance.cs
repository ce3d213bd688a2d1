namespace PeerReplica.Escrow;

/// <summary>What the closed accounts of one object come to: computed in one pass, and again only when one of them changed.</summary>
internal sealed class ClosedBalance
{
    private readonly Dictionary<ReplicaId, long> _down = [];
    private readonly Dictionary<ReplicaId, long> _up = [];
    private readonly SortedSet<ReplicaId> _receivers = [];

    private ClosedBalance(long closedVersion, long version) => (ClosedVersion, Version) = (closedVersion, version);

    /// <summary>What was taken and confirmed.</summary>
    public Int128 Sold { get; private set; }

    /// <summary>What holds still bind.</summary>
    public Int128 Held { get; private set; }

    /// <summary>What may have been taken without anybody knowing.</summary>
    public Int128 Stranded { get; private set; }

    private long ClosedVersion { get; }

    private long Version { get; }

    private long GrantedDown { get; set; }

    private long GrantedUp { get; set; }

    /// <summary>Whether it still holds. Where holds are open, an acknowledgment of what their authority decided changes it too.</summary>
    public bool IsCurrent(EscrowView view) => ClosedVersion == view.Closed.Version && (Held == 0 || Version == view.Version);

    /// <summary>What the accounts' owners granted, as far as it counts.</summary>
    public long Granted(bool up) => up ? GrantedUp : GrantedDown;

    /// <summary>What each successor got.</summary>
    public IReadOnlyDictionary<ReplicaId, long> Estates(bool up) => up ? _up : _down;

    /// <summary>The open accounts that closed ones left or gave something.</summary>
    public IReadOnlyCollection<ReplicaId> Receivers => _receivers;

    public static ClosedBalance Compute(EscrowView view, EscrowName name)
    {
        var balance = new ClosedBalance(view.Closed.Version, view.Version);

        // In this order a successor was not closed when it became one, so what it inherited itself is complete when it is its turn.
        foreach (var closing in view.Closed.InOrder) balance.Add(view, name, closing);
        balance._receivers.UnionWith(balance._down.Keys);
        balance._receivers.RemoveWhere(view.Closed.Contains);
        return balance;
    }

    private void Add(EscrowView view, EscrowName name, Closing closing)
    {
        var account = closing.Account;
        var record = view.AccountOf(name, account);
        var closed = closing.Find(name);
        var (open, taken, released, none) = view.ReservationsOf(name).HoldsOf(account);

        // The limit covers the holds that the account consensus knew; if the owner's last word is known, its net does, but for those that
        // it held to the end.
        var took = (Int128)record.Down.Net - record.Held - none + taken;
        var down = Units.Clamp(record.IsFinal ? took + open : (Int128)closed.Down.Limit - released);
        var up = record.IsFinal ? record.Up.Net : closed.Up.Limit;
        foreach (var transfer in closed.Down.Transfers) _receivers.Add(transfer.To);
        Sold += took;
        Held += open;
        Stranded += down - took - open;
        GrantedDown = Units.Add(GrantedDown, closed.Down.Granted);
        GrantedUp = Units.Add(GrantedUp, closed.Up.Granted);
        Inherit(_down, closing, Remainder(view, name, account, closed.Down, up: false) - down);
        Inherit(_up, closing, Remainder(view, name, account, closed.Up, up: true) - up);
    }

    /// <summary>All that came into the account, less what went out of it as rights transfers.</summary>
    private Int128 Remainder(EscrowView view, EscrowName name, ReplicaId account, ClosedSide side, bool up)
    {
        var inflow = (Int128)view.InitialGrantFor(name, account, up) + side.Granted + view.Closed.ReceivedBy(name, account, up);
        foreach (var receipt in side.Receipts) inflow += receipt.Amount;
        inflow = Units.Add(Units.Clamp(inflow), Estates(up).GetValueOrDefault(account));
        return inflow - view.Closed.GivenBy(name, account, up) - RightsTransfer.Sum(side.Transfers);
    }

    private static void Inherit(Dictionary<ReplicaId, long> remainders, Closing closing, Int128 remainder)
    {
        if (remainder > 0) remainders[closing.Successor] = Units.Add(remainders.GetValueOrDefault(closing.Successor), Units.Clamp(remainder));
    }
}
