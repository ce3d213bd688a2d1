using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Hosting;

/// <summary>Waiting until enough replicas hold a write, or have sent what they hold.</summary>
internal sealed partial class ReplicaHost
{
    private readonly List<WriteWaiter> _writeWaiters = [];
    private readonly Dictionary<ulong, ReadWaiter> _readWaiters = [];
    private ulong _lastProbe;

    private sealed record WriteWaiter(ulong Sequence, int Required, bool IsDrain, TaskCompletionSource Done);

    private sealed class ReadWaiter(int required)
    {
        public int Required { get; } = required;

        public int Reached { get; set; } = 1;

        public TaskCompletionSource Done { get; } = new();
    }

    /// <summary>Test seam: told of each fulfilled write concern, with the sequence number and how many replicas were said to hold it.</summary>
    public Action<ulong, int>? ConcernFulfilled { get; set; }

    /// <summary>Returns when every local write so far is held by as many replicas as asked for.</summary>
    public Task FlushAsync(WriteConcern concern, CancellationToken cancellationToken) => FlushAsync(concern, isDrain: false, cancellationToken);

    /// <summary>A drain also ends when there is nobody left to hand anything to.</summary>
    private async Task FlushAsync(WriteConcern concern, bool isDrain, CancellationToken cancellationToken)
    {
        if (concern.Kind == ConcernKind.Local) return;
        WriteWaiter waiter;
        lock (_gate)
        {
            ThrowUnlessRunning();
            Step(static (_, _) => { }, urgent: true, drainAll: true);
            ThrowUnlessRunning();
            waiter = new(
                _core!.Store.Vector[OriginTable.Self],
                Required(concern.Kind, concern.PeerCount),
                isDrain,
                new());
            _writeWaiters.Add(waiter);
            SettleConcerns(_core);
        }

        var timeout = concern.Timeout ?? _options.ConcernTimeout;
        try
        {
            await waiter.Done.Task.WaitAsync(timeout, _environment.Time, cancellationToken).ConfigureAwait(true);
        }
        catch (TimeoutException)
        {
            int reached;
            lock (_gate) reached = _core.Holding(waiter.Sequence);
            throw new WriteConcernException(waiter.Required, reached, timeout);
        }
        finally
        {
            lock (_gate) _writeWaiters.Remove(waiter);
        }
    }

    /// <summary>Returns when as many replicas as asked for have sent what they hold.</summary>
    public async Task RefreshAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        if (concern.Kind == ConcernKind.Local) return;
        ReadWaiter waiter;
        ulong id;
        lock (_gate)
        {
            ThrowUnlessRunning();
            id = ++_lastProbe;
            waiter = new(Required(concern.Kind, concern.PeerCount));
            if (waiter.Required <= 1) return;
            _readWaiters.Add(id, waiter);
            Step((core, now) => core.Probe(id, now), urgent: true);
        }

        var timeout = concern.Timeout ?? _options.ConcernTimeout;
        try
        {
            await waiter.Done.Task.WaitAsync(timeout, _environment.Time, cancellationToken).ConfigureAwait(true);
        }
        catch (TimeoutException)
        {
            throw new ReadConcernException(waiter.Required, waiter.Reached, timeout);
        }
        finally
        {
            lock (_gate) _readWaiters.Remove(id);
        }
    }

    private int Required(ConcernKind kind, int peers) => kind switch
    {
        ConcernKind.Peers => peers + 1,
        ConcernKind.Majority => (_core!.MemberCount / 2) + 1,
        ConcernKind.All => _core!.MemberCount,
        _ => 1,
    };

    private void SettleConcerns(ReplicaCore core)
    {
        for (var i = _writeWaiters.Count - 1; i >= 0; i--)
        {
            var waiter = _writeWaiters[i];
            var holding = core.Holding(waiter.Sequence);
            if (holding < waiter.Required && !(waiter.IsDrain && !core.Links.Any(l => l.IsOpen))) continue;
            _writeWaiters.RemoveAt(i);
            ConcernFulfilled?.Invoke(waiter.Sequence, holding);
            Complete(waiter.Done);
        }

        if (core.IsSynced && !_syncedReported)
        {
            _syncedReported = true;
            Complete(_synced);
        }
    }

    private void OnProbeAnswered(ulong id)
    {
        if (!_readWaiters.TryGetValue(id, out var waiter)) return;
        if (++waiter.Reached >= waiter.Required) Complete(waiter.Done);
    }

    /// <summary>Lets the waiters go on, on another thread: this one holds the gate.</summary>
    private void Complete(TaskCompletionSource done) => Schedule(() => done.TrySetResult());

    private void FailConcerns(PeerReplicaException failure)
    {
        foreach (var replicated in Registered) (replicated as EscrowObject)?.Port.EndWaiting();
        TaskCompletionSource[] waiting = [.. _writeWaiters.Select(w => w.Done), .. _readWaiters.Values.Select(w => w.Done), .. _escrowWishes.Select(w => w.Done), _synced];
        _environment.Schedule(() =>
        {
            foreach (var done in waiting)
            {
                // Looked at, so that a task that nobody awaits is not reported as unobserved.
                if (done.TrySetException(failure)) _ = done.Task.Exception;
            }
        });
    }

    private void ThrowUnlessRunning()
    {
        if (_state == ReplicaState.Running) return;
        throw new PeerReplicaException($"The replica is {_state}: local operations work, but nothing can be confirmed by peers. Start the host first.", _fault);
    }
}
