using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;

namespace PeerReplica.Hosting.LocalState;

/// <summary>A pool: its items are reservations, and each replica's account record carries what it asks of their owners.</summary>
internal sealed class PoolObject<T> : AccountObject
    where T : notnull
{
    private readonly PoolPort _port;
    private readonly T[] _items;
    private readonly byte[][] _keys;
    private readonly Dictionary<byte[], int> _index = new(KeyBytesComparer.Instance);
    private long _lookedAt = -1;

    public PoolObject(string name, IReadOnlyList<(T Item, byte[] Key)> items, ILocalState localState)
        : base(name, ObjectKind.Pool, localState)
    {
        _items = [.. items.Select(i => i.Item)];
        _keys = [.. items.Select(i => i.Key)];
        for (var i = 0; i < _keys.Length; i++) _index.Add(_keys[i], i);
        _port = new PoolPort(this);
    }

    public override EscrowPort Port => _port;

    public int Count => _items.Length;

    /// <summary>The sum of the items' hashes: the same whatever order they were named in.</summary>
    public override long[] Terms => [_keys.Length, unchecked((long)_keys.Aggregate(0UL, (sum, key) => sum + ContentHash.OfKey(key)))];

    public byte[] KeyAt(int index) => _keys[index];

    public int IndexOf(byte[] key) => _index.TryGetValue(key, out var index) ? index : -1;

    public override EscrowAudit Audit(Func<ReplicaId, bool> isPresent)
    {
        Span<long> counts = stackalloc long[(int)PoolItemState.Stranded + 1];
        for (var i = 0; i < _items.Length; i++) counts[(int)StateOf(i, isPresent, out _)]++;
        var issued = _items.Length - counts[(int)PoolItemState.Unknown];
        var (sold, held) = (counts[(int)PoolItemState.Taken], counts[(int)PoolItemState.Held]);
        return new EscrowAudit(issued, sold, held, counts[(int)PoolItemState.Free], counts[(int)PoolItemState.Stranded], Engine is not { View.IsFormedTwice: true });
    }

    /// <summary>An item as it was registered. Not for apps where it can be changed.</summary>
    public T ItemAt(int index) => _items[index];

    /// <summary>What is known of an item. Loop only.</summary>
    public PoolItemState StateOf(int index, Func<ReplicaId, bool> isPresent, out ReplicaId owner)
    {
        owner = default;
        if (Account is not { } account || _port.FirstAuthority(_keys[index]) is not { } first) return PoolItemState.Unknown;
        var book = account.Authority.Index;
        owner = book.AuthorityOf(first);
        var state = book.Current(_keys[index], first, out var isVoid)?.Record.State switch
        {
            ReservationState.Held => PoolItemState.Held,
            ReservationState.Taken => PoolItemState.Taken,
            _ => isPresent(owner) ? PoolItemState.Free : PoolItemState.Stranded,
        };
        return isVoid ? PoolItemState.Stranded : state;
    }

    /// <summary>The version of an item's reservation by which it is taken; 0 when it is not, as far as it is known here. Loop only.</summary>
    public ulong TakenVersion(int index)
    {
        return Current(index, out var isVoid) is { Record.State: ReservationState.Taken } reservation && !isVoid ? reservation.Record.Version : 0;
    }

    /// <summary>Which item a hold is on; -1 when none is known. Loop only.</summary>
    public int Find(HoldId hold)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            if (Current(i, out _) is { } reservation && reservation.Record.Number == hold.Number && reservation.Record.Holder == hold.Holder) return i;
        }

        return -1;
    }

    private Reservation? Current(int index, out bool isVoid)
    {
        isVoid = false;
        return Account is { } account && _port.FirstAuthority(_keys[index]) is { } first ? account.Authority.Index.Current(_keys[index], first, out isVoid) : null;
    }

    private void Looked()
    {
        if (Engine is null || (Engine.View.Version == _lookedAt && !Reservations.IsLooking)) return;
        LookForAnswers();
        if (Engine.View.Version == _lookedAt) return;
        _lookedAt = Engine.View.Version;
        Watchers.Notify(default);
    }

    private sealed class PoolPort(PoolObject<T> owner) : EscrowPort
    {
        private readonly EmptyBudget _none = new();

        public override EscrowName Name { get; } = new(ObjectKind.Pool, owner.Identity.Name);

        public override Budget Down => _none;

        public override Budget? Up => null;

        public override long Allowance => 0;

        public override InitialGrantRequest InitialGrant { get; } = new(new(ObjectKind.Pool, owner.Identity.Name), owner._items.Length, 0);

        public override long Want => 0;

        public override long UpWant => 0;

        public override long Granted => 0;

        public override ReservationRequest[] Requests => owner.Reservations.Requests;

        public override Withdrawal[] Withdrawals => owner.Reservations.Withdrawals;

        public override bool HoldsAreReservations => false;

        /// <summary>An item begins with one of those that the initial grant names, by the hash of its key: the same one everywhere.</summary>
        public override ReplicaId? FirstAuthority(byte[] key)
        {
            if (owner.Engine?.View.InitialGrantOf(Name) is not { Shares.Length: > 0 } initialGrant || !owner._index.ContainsKey(key)) return null;
            return initialGrant.Shares[(int)(ContentHash.OfKey(key) % (ulong)initialGrant.Shares.Length)].Account;
        }

        public override void Confirmed(long amount)
        {
        }

        public override long Missed() => 0;

        public override void EndAsking() =>
            owner.Reservations.EndAsking(new PeerReplicaException("The replica was stopped before the item's owner had answered. What was asked for is undone. Ask again at another instance."));

        public override void EndWaiting() =>
            owner.Reservations.EndAll(new PeerReplicaException("The replica was stopped before the item's owner had answered. Look at the item's state at another instance."));

        public override void Changed() => owner.Looked();
    }

    /// <summary>Items are not counted out of a budget.</summary>
    private sealed class EmptyBudget : Budget
    {
        public override long Left => 0;

        public override void Add(long amount)
        {
        }

        public override long Remove(long amount) => 0;
    }
}
