namespace PeerReplica.Escrow;

/// <summary>
/// The accounts that decisions closed, in the order of the decisions, and what follows for others. A closing fixes what its
/// account gave and received, so that nobody need remember each rights transfer to an account that is no more: of all that an open
/// account ever gave to closed ones only the sum is kept.
/// </summary>
internal sealed class ClosedAccounts
{
    private readonly Dictionary<ReplicaId, (Closing Closing, ulong Cut, ulong Slot)> _byAccount = [];
    private readonly List<Closing> _inOrder = [];
    private readonly Dictionary<(EscrowName Name, ReplicaId Account, bool Up), long> _given = [];
    private readonly Dictionary<(EscrowName Name, ReplicaId Account, bool Up), long> _received = [];

    /// <summary>The closings that count, in their order: a successor's own closing comes after those that it inherits by.</summary>
    public IReadOnlyList<Closing> InOrder => _inOrder;

    /// <summary>Counts changes of what closed accounts are worth.</summary>
    public long Version { get; private set; }

    public ClosedAccounts Copy()
    {
        var copy = new ClosedAccounts { Version = Version };
        foreach (var (id, closed) in _byAccount) copy._byAccount.Add(id, closed);
        copy._inOrder.AddRange(_inOrder);
        foreach (var (key, sum) in _given) copy._given.Add(key, sum);
        foreach (var (key, sum) in _received) copy._received.Add(key, sum);
        return copy;
    }

    public bool Contains(ReplicaId account) => _byAccount.ContainsKey(account);

    public Closing? Find(ReplicaId account) => _byAccount.TryGetValue(account, out var closed) ? closed.Closing : null;

    /// <summary>Up to which of its owner's records a closed account had a say.</summary>
    public ulong CutOf(ReplicaId account) => _byAccount.TryGetValue(account, out var closed) ? closed.Cut : 0;

    /// <summary>The number of the decision that closed an account.</summary>
    public ulong SlotOf(ReplicaId account) => _byAccount.TryGetValue(account, out var closed) ? closed.Slot : ulong.MaxValue;

    /// <summary>What an account gave to accounts before they were closed, in sum.</summary>
    public long GivenBy(EscrowName name, ReplicaId account, bool up) => _given.GetValueOrDefault((name, account, up));

    /// <summary>What an account received from accounts that were closed before it, in sum.</summary>
    public long ReceivedBy(EscrowName name, ReplicaId account, bool up) => _received.GetValueOrDefault((name, account, up));

    /// <summary>Takes a closing, unless its account is closed already.</summary>
    public void Add(Closing closing, ulong cut, ulong slot)
    {
        if (!_byAccount.TryAdd(closing.Account, (closing, cut, slot))) return;
        _inOrder.Add(closing);
        Version++;
        foreach (var closed in closing.Objects)
        {
            Add(closed.Object, closed.Down, closing.Account, up: false);
            Add(closed.Object, closed.Up, closing.Account, up: true);
        }
    }

    /// <summary>A closed account's record, or what else its worth depends on, has changed.</summary>
    public void Touch() => Version++;

    public void Clear()
    {
        Version++;
        _byAccount.Clear();
        _inOrder.Clear();
        _given.Clear();
        _received.Clear();
    }

    private void Add(EscrowName name, ClosedSide side, ReplicaId account, bool up)
    {
        foreach (var transfer in side.Transfers) Raise(_received, (name, transfer.To, up), transfer.Amount);
        foreach (var receipt in side.Receipts) Raise(_given, (name, receipt.From, up), receipt.Amount);
    }

    private static void Raise(
        Dictionary<(EscrowName Name, ReplicaId Account, bool Up), long> sums, (EscrowName Name, ReplicaId Account, bool Up) key, long amount) =>
        sums[key] = Units.Add(sums.GetValueOrDefault(key), amount);
}
