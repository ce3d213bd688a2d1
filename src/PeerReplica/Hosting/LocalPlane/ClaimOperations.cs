using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>What this replica asks of authorities, and who waits for it. Thread-safe.</summary>
internal sealed class ClaimOperations(Action<Action> schedule)
{
    /// <summary>
    /// How long the claim's authority must be reachable without a break before a request that was withdrawn is taken for not granted: by then the withdrawal is there, and what
    /// was decided before it is here. Time without connection does not count, however long it is.
    /// </summary>
    private static readonly TimeSpan s_lookOut = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<ClaimOperation> _open = [];
    private readonly List<ClaimOperation> _abandoned = [];
    private ClaimRequest[] _requests = [];
    private ulong _lastTicket;
    private bool _isLooking;

    /// <summary>What is asked at present; a new array whenever that changes.</summary>
    public ClaimRequest[] Requests => Volatile.Read(ref _requests);

    /// <summary>Whether answers are looked out for.</summary>
    public bool IsLooking => Volatile.Read(ref _isLooking);

    public ClaimOperation Add(byte[] key, ClaimVerb verb, HoldId hold, TimeSpan timeToLive, ulong seen, Func<ClaimRequest, ClaimRecord, bool, int?> judge)
    {
        lock (_gate)
        {
            var operation = new ClaimOperation(new ClaimRequest(++_lastTicket, key, verb, hold.Holder, hold.Number, (long)timeToLive.TotalMilliseconds, seen), judge);
            _open.Add(operation);
            Told();
            return operation;
        }
    }

    /// <summary>Withdraws a request whose caller waits no longer. Should it have been granted all the same, that is undone as soon as it is known here.</summary>
    public void Abandon(ClaimOperation operation)
    {
        lock (_gate)
        {
            if (!_open.Remove(operation)) return;
            if (operation.Request.Verb is ClaimVerb.Take or ClaimVerb.Hold) _abandoned.Add(operation);
            Told();
        }
    }

    /// <summary>Looks for answers. Loop only.</summary>
    public void Look(ClaimBook book, EscrowPort port, EscrowEngine engine, ReplicaId self, Instant now)
    {
        lock (_gate)
        {
            var hasChanged = _open.RemoveAll(o => IsAnswered(o, book, port, self)) > 0;
            _abandoned.RemoveAll(a => IsUndone(a, book, port, self) || IsOver(a, book, port, engine, now));
            foreach (var operation in _open) hasChanged |= IsAskedAnew(operation, book, port);
            if (hasChanged || _open.Count + _abandoned.Count > 0 != _isLooking) Told();
        }
    }

    /// <summary>Nothing will be answered any more.</summary>
    public void EndAll(Exception failure)
    {
        lock (_gate)
        {
            foreach (var operation in _open)
            {
                schedule(() =>
                {
                    if (operation.Done.TrySetException(failure)) _ = operation.Done.Task.Exception;
                });
            }

            _open.Clear();
            Told();
        }
    }

    private void Told()
    {
        Volatile.Write(ref _requests, [.. _open.Select(o => o.Request)]);
        Volatile.Write(ref _isLooking, _open.Count + _abandoned.Count > 0);
    }

    /// <summary>Whether a request that was withdrawn can no longer turn out to be granted.</summary>
    private static bool IsOver(ClaimOperation operation, ClaimBook book, EscrowPort port, EscrowEngine engine, Instant now)
    {
        if (port.FirstAuthority(operation.Request.Key) is not { } first) return false;

        // The claim went on without it: a request is granted of the version that it names alone.
        if (Effective(operation, book, port) is { } record && record.Version > operation.Request.Seen) return true;
        var authority = book.AuthorityOf(first);
        if (!engine.IsReachable(authority)) operation.ReachableSince = Instant.Never;
        else if (operation.ReachableSince == Instant.Never || operation.Authority != authority) (operation.ReachableSince, operation.Authority) = (now, authority);
        return now >= operation.ReachableSince + s_lookOut;
    }

    private bool IsAnswered(ClaimOperation operation, ClaimBook book, EscrowPort port, ReplicaId self)
    {
        if (Effective(operation, book, port) is not { } record) return false;
        if (operation.Judge(operation.Request, record, record.Answers(self, operation.Request.Ticket)) is not { } outcome) return false;
        schedule(() => operation.Done.TrySetResult((outcome, operation.Request.Ticket)));
        return true;
    }

    /// <summary>
    /// The claim has gone on, and the request can no longer be granted as it stands: it is asked about what is there now. A return is not: it is about what was taken then.
    /// </summary>
    private static bool IsAskedAnew(ClaimOperation operation, ClaimBook book, EscrowPort port)
    {
        var version = book.VersionOf(operation.Request.Key, port);
        if (operation.Request.Verb == ClaimVerb.Return || version == operation.Request.Seen) return false;
        operation.Request = operation.Request with { Seen = version };
        return true;
    }

    /// <summary>Whether an abandoned request was granted, and is taken back now.</summary>
    private bool IsUndone(ClaimOperation operation, ClaimBook book, EscrowPort port, ReplicaId self)
    {
        if (Effective(operation, book, port) is not { } record || record.By != self || record.Ticket != operation.Request.Ticket) return false;
        var verb = record.State == ClaimState.Held ? ClaimVerb.Cancel : ClaimVerb.Return;
        _open.Add(new ClaimOperation(
            new ClaimRequest(++_lastTicket, operation.Request.Key, verb, record.Holder, record.Number, 0, record.Version),
            (_, latest, _) => latest.Version == record.Version ? null : 0));
        Told();
        return true;
    }

    private static ClaimRecord? Effective(ClaimOperation operation, ClaimBook book, EscrowPort port)
    {
        if (port.FirstAuthority(operation.Request.Key) is not { } first) return null;
        var claim = book.Current(operation.Request.Key, first, out var isVoid);
        return claim is not null && !isVoid && book.IsEffective(claim) ? claim.Record : null;
    }
}
