using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// What this replica asks of authorities, and who waits for it. Thread-safe.
/// <list type="number">
/// <item>A request is published only while its authority can be reached, and at most <see cref="MaxPublished"/> requests to take or hold of one authority are published or withdrawn at a time.</item>
/// <item>A published request to take or hold whose caller stops waiting becomes a withdrawal, which is published until the authority has heard it.</item>
/// <item>A caller either gets the answer or the request is withdrawn, never both.</item>
/// </list>
/// </summary>
internal sealed class ReservationOperations(Action<Action> schedule)
{
    /// <summary>How many requests and withdrawals of one authority this replica's account record holds at most; further requests wait until earlier ones are answered or heard.</summary>
    public const int MaxPublished = 1024;

    private readonly Lock _gate = new();
    private readonly List<ReservationOperation> _open = [];
    private readonly List<Withdrawal> _withdrawn = [];
    private ReservationRequest[] _requests = [];
    private Withdrawal[] _withdrawals = [];
    private ulong _lastTicket;
    private bool _isLooking;

    /// <summary>What is asked at present; a new array whenever that changes.</summary>
    public ReservationRequest[] Requests => Volatile.Read(ref _requests);

    /// <summary>What is withdrawn and not yet heard; a new array whenever that changes.</summary>
    public Withdrawal[] Withdrawals => Volatile.Read(ref _withdrawals);

    /// <summary>Whether answers are looked out for.</summary>
    public bool IsLooking => Volatile.Read(ref _isLooking);

    /// <summary>Adds a request; the next <see cref="Look"/> publishes it.</summary>
    public ReservationOperation Add(byte[] key, ReservationVerb verb, HoldId hold, TimeSpan timeToLive, ulong seen, Instant until, Func<ReservationRequest, ReservationRecord, bool, int?> judge)
    {
        lock (_gate)
        {
            var request = new ReservationRequest(++_lastTicket, key, verb, hold.Holder, hold.Number, (long)timeToLive.TotalMilliseconds, seen, 0);
            var operation = new ReservationOperation(request, until, judge);
            _open.Add(operation);
            Volatile.Write(ref _isLooking, true);
            return operation;
        }
    }

    /// <summary>Withdraws a request whose caller waits no longer; false when it was answered before.</summary>
    public bool TryWithdraw(ReservationOperation operation)
    {
        lock (_gate)
        {
            if (!_open.Remove(operation)) return false;
            Withdraw(operation);
            Told();
            return true;
        }
    }

    /// <summary>Looks for answers, and publishes what may be published. Loop only.</summary>
    public void Look(ReservationIndex book, EscrowPort port, EscrowEngine engine, ReplicaId self, Instant now)
    {
        lock (_gate)
        {
            var hasChanged = _open.RemoveAll(o => IsAnswered(o, book, port, self)) > 0;
            hasChanged |= _withdrawn.RemoveAll(w => IsHeard(w, book, port, engine, self)) > 0;
            foreach (var operation in _open) hasChanged |= IsAskedAnew(operation, book, port);
            hasChanged |= Publish(book, port, engine, now);
            if (hasChanged || _open.Count + _withdrawn.Count > 0 != _isLooking) Told();
        }
    }

    /// <summary>The replica leaves: whoever waits for an item gets no answer, and the requests are withdrawn with its last records.</summary>
    public void EndAsking(Exception failure)
    {
        lock (_gate)
        {
            foreach (var operation in _open.Where(o => o.IsGrantUndone))
            {
                Withdraw(operation);
                Fail(operation, failure);
            }

            _open.RemoveAll(o => o.IsGrantUndone);
            Told();
        }
    }

    /// <summary>Nothing will be answered any more.</summary>
    public void EndAll(Exception failure)
    {
        lock (_gate)
        {
            foreach (var operation in _open) Fail(operation, failure);
            _open.Clear();
            Told();
        }
    }

    private void Fail(ReservationOperation operation, Exception failure) => schedule(() =>
    {
        if (operation.Done.TrySetException(failure)) _ = operation.Done.Task.Exception;
    });

    private void Withdraw(ReservationOperation operation)
    {
        if (operation is { IsPublished: true, IsGrantUndone: true }) _withdrawn.Add(new Withdrawal(++_lastTicket, operation.Request.Ticket, operation.Request.Key));
    }

    private void Told()
    {
        ReservationRequest[] requests = [.. _open.Where(o => o.IsPublished).Select(o => o.Request)];
        if (!requests.AsSpan().SequenceEqual(_requests)) Volatile.Write(ref _requests, requests);
        if (!_withdrawn.SequenceEqual(_withdrawals)) Volatile.Write(ref _withdrawals, [.. _withdrawn]);
        Volatile.Write(ref _isLooking, _open.Count + _withdrawn.Count > 0);
    }

    /// <summary>Publishes requests whose authority can be reached, in the order in which they came. Returns whether there were any.</summary>
    private bool Publish(ReservationIndex book, EscrowPort port, EscrowEngine engine, Instant now)
    {
        if (!_open.Exists(static o => !o.IsPublished)) return false;
        var counts = Published(book, port);
        var isAny = false;
        foreach (var operation in _open)
        {
            if (operation.IsPublished || port.FirstAuthority(operation.Request.Key) is not { } first) continue;
            var authority = book.AuthorityOf(first);
            var count = counts.GetValueOrDefault(authority);
            if (!engine.IsReachable(authority) || (operation.IsGrantUndone && count >= MaxPublished)) continue;
            if (operation.IsGrantUndone) counts[authority] = count + 1;
            operation.IsPublished = isAny = true;
            if (operation.Until != Instant.Never) operation.Request = operation.Request with { Wait = Math.Max(1, (long)(operation.Until - now).TotalMilliseconds) };
        }

        return isAny;
    }

    private Dictionary<ReplicaId, int> Published(ReservationIndex book, EscrowPort port)
    {
        var counts = new Dictionary<ReplicaId, int>();
        foreach (var operation in _open)
        {
            if (operation is { IsPublished: true, IsGrantUndone: true }) Count(operation.Request.Key);
        }

        foreach (var withdrawal in _withdrawn) Count(withdrawal.Key);
        return counts;

        void Count(byte[] key)
        {
            if (port.FirstAuthority(key) is not { } first) return;
            var authority = book.AuthorityOf(first);
            counts[authority] = counts.GetValueOrDefault(authority) + 1;
        }
    }

    /// <summary>
    /// Whether the authority has heard a withdrawal, and all that was decided about the reservation before is here: of one origin records arrive as a prefix, and of a closed one all that counts lies
    /// within the cut. Then the request can no longer turn out to be granted.
    /// </summary>
    private static bool IsHeard(Withdrawal withdrawal, ReservationIndex book, EscrowPort port, EscrowEngine engine, ReplicaId self)
    {
        if (port.FirstAuthority(withdrawal.Key) is not { } first || !engine.View.ContainsCuts()) return false;
        var authority = book.AuthorityOf(first);
        var isHeard = authority == self || Mark.Find(engine.View.AccountOf(port.Name, authority).Heard, self) >= withdrawal.Number;
        return isHeard && (book.Current(withdrawal.Key, first, out _) is not { } reservation || !reservation.Record.IsGrantTo(self, withdrawal.Ticket));
    }

    private bool IsAnswered(ReservationOperation operation, ReservationIndex book, EscrowPort port, ReplicaId self)
    {
        if (Effective(operation, book, port) is not { } record) return false;
        if (operation.Judge(operation.Request, record, record.Answers(self, operation.Request.Ticket)) is not { } outcome) return false;
        schedule(() => operation.Done.TrySetResult((outcome, operation.Request.Ticket)));
        return true;
    }

    /// <summary>
    /// The reservation has gone on, and the request can no longer be granted as it stands: it is asked about what is there now. A return is not: it is about what was taken then.
    /// </summary>
    private static bool IsAskedAnew(ReservationOperation operation, ReservationIndex book, EscrowPort port)
    {
        var version = book.VersionOf(operation.Request.Key, port);
        if (operation.Request.Verb == ReservationVerb.Return || version == operation.Request.Seen) return false;
        operation.Request = operation.Request with { Seen = version };
        return true;
    }

    private static ReservationRecord? Effective(ReservationOperation operation, ReservationIndex book, EscrowPort port)
    {
        if (port.FirstAuthority(operation.Request.Key) is not { } first) return null;
        var reservation = book.Current(operation.Request.Key, first, out var isVoid);
        return reservation is not null && !isVoid && book.IsEffective(reservation) ? reservation.Record : null;
    }
}
