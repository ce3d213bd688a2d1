namespace PeerReplica.Escrow;

/// <summary>
/// The reservations of one object as one replica knows them: holds of a bounded counter, items of a pool. Each has one authority at a time: the replica it began with, and
/// when that one's account is closed the successor.
/// <list type="number">
/// <item>What an authority decided counts once the account consensus has acknowledged it, or, once its account is closed, if the cut covers it.</item>
/// <item>What a closed authority decided beyond the cut never counts. Nobody can tell any more what stood there before, so nobody decides about it again.</item>
/// </list>
/// </summary>
internal sealed class ReservationIndex(EscrowView view)
{
    private readonly SortedDictionary<byte[], Reservation[]> _reservations = new(ReservationKeyOrder.Instance);
    private readonly SortedSet<byte[]> _held = new(ReservationKeyOrder.Instance);
    private readonly Dictionary<ReplicaId, SortedSet<byte[]>> _byHolder = [];
    private readonly Queue<byte[]> _ended = new();

    /// <summary>The reservations that somebody decided to hold, as far as is known here: those that can expire. Others, however many there ever were, are not among them.</summary>
    public IReadOnlyCollection<byte[]> Held => _held;

    /// <summary>How many reservations something was decided about, as far as it is known here and not collected.</summary>
    public int Count => _reservations.Count;

    /// <summary>Counts changes.</summary>
    public long Version { get; private set; }

    public void Learn(byte[] key, Reservation[] live)
    {
        Version++;
        if (live.Length == 0) _reservations.Remove(key);
        else _reservations[key] = live;
        if (Array.Exists(live, c => c.Record.State == ReservationState.Held)) _held.Add(key);
        else _held.Remove(key);
        if (!HoldKey.TryRead(key, out var hold)) return;
        if (view.Closed.Contains(hold.Holder)) view.Closed.Touch();
        if (IsCollected && live is [{ Record.IsEnded: true }]) _ended.Enqueue(key);
        if (!_byHolder.TryGetValue(hold.Holder, out var keys))
        {
            if (live.Length == 0) return;
            _byHolder.Add(hold.Holder, keys = new SortedSet<byte[]>(ReservationKeyOrder.Instance));
        }

        if (live.Length > 0) keys.Add(key);
        else if (keys.Remove(key) && keys.Count == 0) _byHolder.Remove(hold.Holder);
    }

    /// <summary>Whether holds that end are queued for <see cref="TryTakeEnded"/>.</summary>
    public bool IsCollected
    {
        get;
        set
        {
            field = value;
            if (!value) _ended.Clear();
        }
    }

    /// <summary>Takes a hold off the queue of those that have ended.</summary>
    public bool TryTakeEnded([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? key) => _ended.TryDequeue(out key);

    /// <summary>The only decision that is known about a reservation; null where there is none, or several stand side by side.</summary>
    public Reservation? Single(byte[] key) => _reservations.TryGetValue(key, out var live) && live is [var only] ? only : null;

    /// <summary>Who decides about a reservation that began with <paramref name="first"/>.</summary>
    public ReplicaId AuthorityOf(ReplicaId first)
    {
        var authority = first;
        while (view.ClosingOf(authority) is { } closing) authority = closing.Successor;
        return authority;
    }

    /// <summary>
    /// What was decided last, if anything; and whether it cannot be told, since an authority that was closed has decided anew too late to count and so hides what it had
    /// decided in time.
    /// </summary>
    public Reservation? Current(byte[] key, ReplicaId first, out bool isVoid)
    {
        isVoid = false;
        if (!_reservations.TryGetValue(key, out var live)) return null;

        // Along the authorities that it had: a later one has begun with what the one before it had decided in time.
        Reservation? current = null;
        var late = 0UL;
        for (var authority = first; ;)
        {
            var closing = view.ClosingOf(authority);
            if (Array.Find(live, c => c.Origin == authority) is { } reservation)
            {
                if (closing is null || IsWithinCut(reservation)) (current, late) = (reservation, 0);
                else late = Math.Max(late, reservation.Record.Version);
            }

            if (closing is null) break;
            authority = closing.Successor;
        }

        // The first of its decisions hides nothing.
        isVoid = late > (current?.Record.Version ?? 0) + 1;
        return current;
    }

    /// <summary>How many decisions about a reservation are known here.</summary>
    public ulong VersionOf(byte[] key, EscrowPort port) => port.FirstAuthority(key) is { } first ? Current(key, first, out _)?.Record.Version ?? 0 : 0;

    /// <summary>Whether what was decided counts.</summary>
    public bool IsEffective(Reservation reservation) => IsWithinCut(reservation) || (view.ClosingOf(reservation.Origin) is null && reservation.Sequence <= view.AckedOf(reservation.Origin));

    private bool IsWithinCut(Reservation reservation) => view.ClosingOf(reservation.Origin) is not null && reservation.Sequence <= view.CutOf(reservation.Origin);

    /// <summary>
    /// The holds that began with an account which is closed: what they still bind, what of them was taken since, what came free; and what its owner took of them when it had
    /// no say any more.
    /// </summary>
    public (long Open, long Taken, long Released, long Void) HoldsOf(ReplicaId closed)
    {
        var (open, taken, released, none) = (0L, 0L, 0L, 0L);
        if (!_byHolder.TryGetValue(closed, out var keys)) return (open, taken, released, none);
        foreach (var key in keys)
        {
            var live = _reservations[key];
            if (Array.Find(live, c => c.Origin == closed && c.Record.State == ReservationState.Taken && !IsWithinCut(c)) is { } late) none = Units.Add(none, late.Record.Amount);
            if (Current(key, closed, out var isVoid) is not { } reservation) continue;
            if (reservation.Origin != closed)
            {
                if (reservation.Record.State == ReservationState.Taken) taken = Units.Add(taken, reservation.Record.Amount);
                else if (IsEffective(reservation)) released = Units.Add(released, reservation.Record.Amount);
                else open = Units.Add(open, reservation.Record.Amount);
            }
            else if (!isVoid && reservation.Record.State == ReservationState.Held)
            {
                open = Units.Add(open, reservation.Record.Amount);
            }
        }

        return (open, taken, released, none);
    }
}
