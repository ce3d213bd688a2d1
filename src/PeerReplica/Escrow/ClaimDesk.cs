using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>
/// Decides about the claims whose authority this replica is: what is asked for, and what is over. One decision for each request, whoever reads it, and however often.
/// </summary>
internal sealed class ClaimDesk(EscrowPort port, ReplicaId self, EscrowView view, ClaimBook book)
{
    private readonly Dictionary<Mark, Instant> _arrived = [];
    private ulong _lastNumber;

    public ClaimBook Book => book;

    /// <summary>When the next hold is over that this replica decides about.</summary>
    public Instant NextExpiry { get; private set; } = Instant.Never;

    /// <summary>How many claims were looked at for their expiry, in all.</summary>
    public long LookedAt { get; private set; }

    /// <summary>What of this replica's own account is held.</summary>
    public long Held { get; private set; }

    /// <summary>What holds of this replica's own account gave back since the last call.</summary>
    public long Released { get; private set; }

    /// <summary>For each asker with withdrawals about claims of this replica's, up to which number they were heard; a new array whenever that changes.</summary>
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
        Write(HoldKey.Of(new HoldId(self, number)), new ClaimRecord(ClaimState.Held, amount, self, number, self, 0, 1, []), now + timeToLive, publisher);
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
    private bool IsAwaited(ReplicaId asker, ClaimRequest request, Instant now)
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

    /// <summary>Returns whether this replica decides about the claim, and so has heard the withdrawal.</summary>
    private bool TryHear(ReplicaId asker, Withdrawal withdrawal, IEscrowPublisher publisher)
    {
        if (port.HoldsAreClaims || port.FirstAuthority(withdrawal.Key) is not { } first || !IsOurs(first)) return false;
        if (book.Current(withdrawal.Key, first, out var isVoid) is { } claim && !isVoid && claim.Record.IsGrantTo(asker, withdrawal.Ticket))
            Write(withdrawal.Key, Numbered(new ClaimRecord(ClaimState.Free, 1, default, 0, self, 0, 1, []), claim.Record), default, publisher);
        return true;
    }

    private bool IsAsked(Mark request)
    {
        var requests = request.Replica == self ? port.Requests : view.AccountOf(port.Name, request.Replica).Requests;
        return Array.Exists(requests, r => r.Ticket == request.Sequence);
    }

    /// <summary>Whether this replica decides about a claim: it began here, or everything is here that its heir must know.</summary>
    private bool IsOurs(ReplicaId first) => book.AuthorityOf(first) == self && (first == self || view.ContainsCuts());

    private void Decide(ReplicaId asker, ClaimRequest request, Instant now, IEscrowPublisher publisher)
    {
        if (port.FirstAuthority(request.Key) is not { } first) return;
        if (!IsOurs(first)) return;
        var claim = book.Current(request.Key, first, out var isVoid);
        if (isVoid || !IsAbout(request, claim?.Record) || Next(claim?.Record, asker, request) is not { } next) return;
        Settle(request.Key, claim, next);
        var expiresAt = next.State == ClaimState.Held ? now + TimeSpan.FromMilliseconds(Math.Min(request.Milliseconds, (long)TimeSpan.FromDays(7).TotalMilliseconds)) : default;
        Write(request.Key, Numbered(next, claim?.Record), expiresAt, publisher);
    }

    private static bool IsAbout(ClaimRequest request, ClaimRecord? record) => request.Seen == (record?.Version ?? 0);

    /// <summary>What follows from a request, but for what <see cref="Numbered"/> adds; null where it cannot be granted as things stand.</summary>
    private ClaimRecord? Next(ClaimRecord? record, ReplicaId asker, ClaimRequest request)
    {
        var state = record?.State ?? ClaimState.Free;
        var isThisHold = record is not null && state == ClaimState.Held && (port.HoldsAreClaims || (record.Holder == request.Holder && record.Number == request.Number));
        var amount = record?.Amount ?? 1;
        return request.Verb switch
        {
            ClaimVerb.Take when state == ClaimState.Free && !port.HoldsAreClaims => new(ClaimState.Taken, 1, default, 0, asker, request.Ticket, 1, []),
            ClaimVerb.Hold when state == ClaimState.Free && !port.HoldsAreClaims => new(ClaimState.Held, 1, asker, request.Ticket, asker, request.Ticket, 1, []),
            ClaimVerb.Confirm when isThisHold => new(ClaimState.Taken, amount, record!.Holder, record.Number, asker, request.Ticket, 1, []),
            ClaimVerb.Cancel when isThisHold => new(port.HoldsAreClaims ? ClaimState.Canceled : ClaimState.Free, amount, record!.Holder, record.Number, asker, request.Ticket, 1, []),
            ClaimVerb.Return when state == ClaimState.Taken && !port.HoldsAreClaims => new(ClaimState.Free, 1, default, 0, asker, request.Ticket, 1, []),
            _ => null,
        };
    }

    /// <summary>A decision as the next version of its claim, with what it must say of the requests granted so far.</summary>
    private ClaimRecord Numbered(ClaimRecord next, ClaimRecord? before)
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
            if (book.Current(key, first, out var isVoid) is not { Record.State: ClaimState.Held } claim || isVoid) continue;
            if (claim.ExpiresAt > now)
            {
                NextExpiry = Instant.Min(NextExpiry, claim.ExpiresAt);
                continue;
            }

            var over = claim.Record with { State = port.HoldsAreClaims ? ClaimState.Expired : ClaimState.Free, By = self, Ticket = 0 };
            Settle(key, claim, over);
            Write(key, Numbered(over, claim.Record), default, publisher);
        }
    }

    private (long Book, ulong Slot, bool HasCuts) _seenVersion = (-1, 0, false);

    /// <summary>Keeps this replica's own account right: what was held is spent, or comes back.</summary>
    private void Settle(byte[] key, Claim? claim, ClaimRecord next)
    {
        if (!port.HoldsAreClaims || claim is null || !HoldKey.TryRead(key, out var hold) || hold.Holder != self) return;
        Held -= claim.Record.Amount;
        if (next.State == ClaimState.Taken) port.Confirmed(claim.Record.Amount);
        else Released += claim.Record.Amount;
    }

    private void Write(byte[] key, ClaimRecord record, Instant expiresAt, IEscrowPublisher publisher) =>
        publisher.Publish(port.Name, key, record, expiresAt);
}
