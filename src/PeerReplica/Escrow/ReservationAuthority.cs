using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>
/// Decides about the reservations whose authority this replica is: what is asked for, and what is over. One decision for each request, whoever reads it, and however often.
/// </summary>
internal sealed class ReservationAuthority(EscrowPort port, ReplicaId self, EscrowView view, ReservationIndex book)
{
    private readonly Dictionary<Mark, Instant> _arrived = [];
    private ulong _lastNumber;

    public ReservationIndex Index => book;

    /// <summary>When the next hold is over that this replica decides about.</summary>
    public Instant NextExpiry { get; private set; } = Instant.Never;

    /// <summary>How many reservations were looked at for their expiry, in all.</summary>
    public long LookedAt { get; private set; }

    /// <summary>What of this replica's own account is held.</summary>
    public long Held { get; private set; }

    /// <summary>What holds of this replica's own account gave back since the last call.</summary>
    public long Released { get; private set; }

    /// <summary>For each asker with withdrawals about reservations of this replica's, up to which number they were heard; a new array whenever that changes.</summary>
    public Mark[] Heard { get; private set; } = [];

    public long TakeReleased()
    {
        var released = Released;
        Released = 0;
        return released;
    }

    /// <summary>Notes a hold of rights that were taken out of the budget. Returns its number.</summary>
    public ulong Hold(long amount, TimeSpan timeToLive, Instant now, IEscrowPublisher publisher)
    {
        var number = ++_lastNumber;
        Held += amount;
        Write(HoldKey.Of(new HoldId(self, number)), new ReservationRecord(ReservationState.Held, amount, self, number, self, 0, 1, []), now + timeToLive, publisher);
        return number;
    }

    /// <summary>Decides what is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="reachable">Who can be reached: nothing is granted to others, who may have stopped waiting or ended.</param>
    /// <param name="publisher">Where decisions go.</param>
    public void Tend(Instant now, IReadOnlySet<ReplicaId> reachable, IEscrowPublisher publisher)
    {
        End(now, publisher);
        HearWithdrawals(publisher);
        var asked = 0;
        foreach (var asker in view.AskersOf(port.Name).ToArray())
        {
            var record = view.AccountOf(port.Name, asker);
            asked += record.Requests.Length;
            if (asker == self || record.IsFinal || view.ClosingOf(asker) is not null || view.IsEnded(asker)) continue;
            foreach (var request in record.Requests)
            {
                if (IsAwaited(asker, request, now) && reachable.Contains(asker)) Decide(asker, request, now, publisher);
            }
        }

        foreach (var request in port.Requests) Decide(self, request, now, publisher);
        if (_arrived.Count > asked) ForgetArrivals();
    }

    /// <summary>Whether somebody may still wait for the answer: not longer than asked for, from when the request arrived here.</summary>
    private bool IsAwaited(ReplicaId asker, ReservationRequest request, Instant now)
    {
        if (request.Wait == 0) return true;
        var mark = new Mark(asker, request.Ticket);
        if (!_arrived.TryGetValue(mark, out var arrived)) _arrived.Add(mark, arrived = now);
        return (now - arrived).TotalMilliseconds < request.Wait;
    }

    private void ForgetArrivals()
    {
        foreach (var mark in _arrived.Keys)
        {
            if (!IsAsked(mark)) _arrived.Remove(mark);
        }
    }

    /// <summary>Frees the items that were granted to callers who no longer wait, and notes what was heard, so that the askers need not say it any longer.</summary>
    private void HearWithdrawals(IEscrowPublisher publisher)
    {
        var heard = new List<Mark>();
        foreach (var asker in view.AskersOf(port.Name).ToArray())
        {
            if (asker == self) continue;
            var highest = 0UL;
            foreach (var withdrawal in view.AccountOf(port.Name, asker).Withdrawals)
            {
                if (TryHear(asker, withdrawal, publisher)) highest = Math.Max(highest, withdrawal.Number);
            }

            if (highest > 0 && view.ClosingOf(asker) is null) heard.Add(new Mark(asker, highest));
        }

        foreach (var withdrawal in port.Withdrawals) TryHear(self, withdrawal, publisher);
        if (!Heard.AsSpan().SequenceEqual(heard.ToArray())) Heard = [.. heard];
    }

    /// <summary>Returns whether this replica decides about the reservation, and so has heard the withdrawal.</summary>
    private bool TryHear(ReplicaId asker, Withdrawal withdrawal, IEscrowPublisher publisher)
    {
        if (port.HoldsAreReservations || port.FirstAuthority(withdrawal.Key) is not { } first || !IsOurs(first)) return false;
        if (book.Current(withdrawal.Key, first, out var isVoid) is { } reservation && !isVoid && reservation.Record.IsGrantTo(asker, withdrawal.Ticket))
            Write(withdrawal.Key, Numbered(new ReservationRecord(ReservationState.Free, 1, default, 0, self, 0, 1, []), reservation.Record), default, publisher);
        return true;
    }

    private bool IsAsked(Mark request)
    {
        var requests = request.Replica == self ? port.Requests : view.AccountOf(port.Name, request.Replica).Requests;
        return Array.Exists(requests, r => r.Ticket == request.Sequence);
    }

    /// <summary>Whether this replica decides about a reservation: it began here, or everything is here that its successor must know.</summary>
    private bool IsOurs(ReplicaId first) => book.AuthorityOf(first) == self && (first == self || view.ContainsCuts());

    private void Decide(ReplicaId asker, ReservationRequest request, Instant now, IEscrowPublisher publisher)
    {
        if (port.FirstAuthority(request.Key) is not { } first) return;
        if (!IsOurs(first)) return;
        var reservation = book.Current(request.Key, first, out var isVoid);
        if (isVoid || !IsAbout(request, reservation?.Record) || Next(reservation?.Record, asker, request) is not { } next) return;
        Settle(request.Key, reservation, next);
        var expiresAt = next.State == ReservationState.Held ? now + TimeSpan.FromMilliseconds(Math.Min(request.Milliseconds, (long)TimeSpan.FromDays(7).TotalMilliseconds)) : default;
        Write(request.Key, Numbered(next, reservation?.Record), expiresAt, publisher);
    }

    private static bool IsAbout(ReservationRequest request, ReservationRecord? record) => request.Seen == (record?.Version ?? 0);

    /// <summary>What follows from a request, but for what <see cref="Numbered"/> adds; null where it cannot be granted as things stand.</summary>
    private ReservationRecord? Next(ReservationRecord? record, ReplicaId asker, ReservationRequest request)
    {
        var state = record?.State ?? ReservationState.Free;
        var isThisHold = record is not null && state == ReservationState.Held && (port.HoldsAreReservations || (record.Holder == request.Holder && record.Number == request.Number));
        var amount = record?.Amount ?? 1;
        return request.Verb switch
        {
            ReservationVerb.Take when state == ReservationState.Free && !port.HoldsAreReservations => new(ReservationState.Taken, 1, default, 0, asker, request.Ticket, 1, []),
            ReservationVerb.Hold when state == ReservationState.Free && !port.HoldsAreReservations => new(ReservationState.Held, 1, asker, request.Ticket, asker, request.Ticket, 1, []),
            ReservationVerb.Confirm when isThisHold => new(ReservationState.Taken, amount, record!.Holder, record.Number, asker, request.Ticket, 1, []),
            ReservationVerb.Cancel when isThisHold => new(port.HoldsAreReservations ? ReservationState.Canceled : ReservationState.Free, amount, record!.Holder, record.Number, asker, request.Ticket, 1, []),
            ReservationVerb.Return when state == ReservationState.Taken && !port.HoldsAreReservations => new(ReservationState.Free, 1, default, 0, asker, request.Ticket, 1, []),
            _ => null,
        };
    }

    /// <summary>A decision as the next version of its reservation, with what it must say of the requests granted so far.</summary>
    private ReservationRecord Numbered(ReservationRecord next, ReservationRecord? before)
    {
        if (before is null) return next;
        var answered = before.Ticket == 0 ? before.Answered : [.. before.Answered, new Mark(before.By, before.Ticket)];
        return next with { Version = before.Version + 1, Answered = Array.FindAll(answered, IsAsked) };
    }

    /// <summary>Ends holds whose time is over.</summary>
    private void End(Instant now, IEscrowPublisher publisher)
    {
        if (now < NextExpiry && _seenVersion == (book.Version, view.Slot, view.ContainsCuts())) return;
        _seenVersion = (book.Version, view.Slot, view.ContainsCuts());
        NextExpiry = Instant.Never;
        foreach (var key in book.Held.ToArray())
        {
            LookedAt++;
            if (port.FirstAuthority(key) is not { } first || !IsOurs(first)) continue;
            if (book.Current(key, first, out var isVoid) is not { Record.State: ReservationState.Held } reservation || isVoid) continue;
            if (reservation.ExpiresAt > now)
            {
                NextExpiry = Instant.Min(NextExpiry, reservation.ExpiresAt);
                continue;
            }

            var over = reservation.Record with { State = port.HoldsAreReservations ? ReservationState.Expired : ReservationState.Free, By = self, Ticket = 0 };
            Settle(key, reservation, over);
            Write(key, Numbered(over, reservation.Record), default, publisher);
        }
    }

    private (long Book, ulong Slot, bool HasCuts) _seenVersion = (-1, 0, false);

    /// <summary>Keeps this replica's own account right: what was held is spent, or comes back.</summary>
    private void Settle(byte[] key, Reservation? reservation, ReservationRecord next)
    {
        if (!port.HoldsAreReservations || reservation is null || !HoldKey.TryRead(key, out var hold) || hold.Holder != self) return;
        Held -= reservation.Record.Amount;
        if (next.State == ReservationState.Taken) port.Confirmed(reservation.Record.Amount);
        else Released += reservation.Record.Amount;
    }

    private void Write(byte[] key, ReservationRecord record, Instant expiresAt, IEscrowPublisher publisher) =>
        publisher.Publish(port.Name, key, record, expiresAt);
}
