using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>
/// Decides about the claims whose authority this replica is: what is asked for, and what is over. One decision for each request, whoever reads it, and however often.
/// </summary>
internal sealed class ClaimDesk(EscrowPort port, ReplicaId self, EscrowView view, ClaimBook book)
{
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

    /// <summary>Decides what is due. Returns whether it did anything.</summary>
    public bool Tend(Instant now, IEscrowPublisher publisher)
    {
        var decided = End(now, publisher);
        if (view.AccountsOf(port.Name) is not { } accounts) return decided;
        foreach (var (asker, record) in accounts.ToArray())
        {
            // Nobody waits for the answer to one who has ended.
            if (asker == self || record.IsFinal || view.ClosingOf(asker) is not null) continue;
            foreach (var request in record.Requests) decided |= Decide(asker, request, now, publisher);
        }

        foreach (var request in port.Requests) decided |= Decide(self, request, now, publisher);
        return decided;
    }

    private bool IsAsked(Mark request)
    {
        var requests = request.Replica == self ? port.Requests : view.AccountOf(port.Name, request.Replica).Requests;
        return Array.Exists(requests, r => r.Ticket == request.Sequence);
    }

    /// <summary>Whether this replica decides about a claim: it began here, or everything is here that its heir must know.</summary>
    private bool IsOurs(ReplicaId first) => book.AuthorityOf(first) == self && (first == self || view.ContainsCuts());

    private bool Decide(ReplicaId asker, ClaimRequest request, Instant now, IEscrowPublisher publisher)
    {
        if (port.FirstAuthority(request.Key) is not { } first) return false;
        if (!IsOurs(first)) return false;
        var claim = book.Current(request.Key, first, out var isVoid);
        if (isVoid || !IsAbout(request, claim?.Record) || Next(claim?.Record, asker, request) is not { } next) return false;
        Settle(request.Key, claim, next);
        var expiresAt = next.State == ClaimState.Held ? now + TimeSpan.FromMilliseconds(Math.Min(request.Milliseconds, (long)TimeSpan.FromDays(7).TotalMilliseconds)) : default;
        Write(request.Key, Numbered(next, claim?.Record), expiresAt, publisher);
        return true;
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
            ClaimVerb.Cancel when isThisHold => new(port.HoldsAreClaims ? ClaimState.Cancelled : ClaimState.Free, amount, record!.Holder, record.Number, asker, request.Ticket, 1, []),
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
    private bool End(Instant now, IEscrowPublisher publisher)
    {
        if (now < NextExpiry && _seenVersion == (book.Version, view.Slot, view.ContainsCuts())) return false;
        _seenVersion = (book.Version, view.Slot, view.ContainsCuts());
        NextExpiry = Instant.Never;
        var ended = false;
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
            ended = true;
        }

        return ended;
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
