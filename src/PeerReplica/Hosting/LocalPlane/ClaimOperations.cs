using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>What this replica asks of authorities, and who waits for it. Thread-safe.</summary>
internal sealed class ClaimOperations(Action<Action> schedule)
{
    /// <summary>How long an answer that nobody waits for any more is still looked out for.</summary>
    private static readonly TimeSpan s_lookOut = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<ClaimOperation> _open = [];
    private readonly List<(ClaimOperation Operation, Instant Until)> _abandoned = [];
    private ClaimRequest[] _requests = [];
    private ulong _lastTicket;

    /// <summary>What is asked at present; a new array whenever that changes.</summary>
    public ClaimRequest[] Requests => Volatile.Read(ref _requests);

    public ClaimOperation Add(byte[] key, ClaimVerb verb, HoldId hold, TimeSpan timeToLive, Func<ClaimRecord, bool, int?> judge)
    {
        lock (_gate)
        {
            var operation = new ClaimOperation(new ClaimRequest(++_lastTicket, key, verb, hold.Holder, hold.Number, (long)timeToLive.TotalMilliseconds), judge);
            _open.Add(operation);
            Told();
            return operation;
        }
    }

    /// <summary>Waits no longer. Should it be granted all the same, it is undone.</summary>
    public void Abandon(ClaimOperation operation, Instant now)
    {
        lock (_gate)
        {
            if (!_open.Remove(operation)) return;
            if (operation.Request.Verb is ClaimVerb.Take or ClaimVerb.Hold) _abandoned.Add((operation, now + s_lookOut));
            Told();
        }
    }

    /// <summary>Looks for answers. Loop only.</summary>
    public void Look(ClaimBook book, EscrowPort port, ReplicaId self, Instant now)
    {
        lock (_gate)
        {
            var count = _open.Count;
            _open.RemoveAll(o => IsAnswered(o, book, port, self));
            _abandoned.RemoveAll(a => a.Until <= now || IsUndone(a.Operation, book, port, self));
            if (_open.Count != count) Told();
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

    private void Told() => Volatile.Write(ref _requests, [.. _open.Select(o => o.Request)]);

    private bool IsAnswered(ClaimOperation operation, ClaimBook book, EscrowPort port, ReplicaId self)
    {
        if (Effective(operation, book, port) is not { } record) return false;
        if (operation.Judge(record, IsMine(operation, record, self)) is not { } outcome) return false;
        schedule(() => operation.Done.TrySetResult((outcome, record)));
        return true;
    }

    /// <summary>Whether an abandoned request was granted, and is taken back now.</summary>
    private bool IsUndone(ClaimOperation operation, ClaimBook book, EscrowPort port, ReplicaId self)
    {
        if (Effective(operation, book, port) is not { } record || !IsMine(operation, record, self)) return false;
        var verb = record.State == ClaimState.Held ? ClaimVerb.Cancel : ClaimVerb.Return;
        _open.Add(new ClaimOperation(
            new ClaimRequest(++_lastTicket, operation.Request.Key, verb, record.Holder, record.Number, 0),
            (latest, _) => latest.State == record.State && latest.Ticket == record.Ticket ? null : 0));
        Told();
        return true;
    }

    private static ClaimRecord? Effective(ClaimOperation operation, ClaimBook book, EscrowPort port)
    {
        if (port.FirstAuthority(operation.Request.Key) is not { } first) return null;
        var claim = book.Current(operation.Request.Key, first, out var isVoid);
        return claim is not null && !isVoid && book.IsEffective(claim) ? claim.Record : null;
    }

    private static bool IsMine(ClaimOperation operation, ClaimRecord record, ReplicaId self) => record.By == self && record.Ticket == operation.Request.Ticket;
}
