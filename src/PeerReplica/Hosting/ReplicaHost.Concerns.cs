using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Hosting;

/// <summary>
/// Waiting until enough replicas hold a write, or have sent what they hold. Who waits before the start waits across it, within its own time. How many are enough is looked at in each step,
/// since members come and go meanwhile; a majority, and all, are known only to a replica that is synchronized.
/// </summary>
internal sealed partial class ReplicaHost
{
    private readonly List<WriteWaiter> _writeWaiters = [];
    private readonly Dictionary<ulong, ReadWaiter> _readWaiters = [];
    private ulong _lastProbe;

    private sealed class WriteWaiter(ConcernKind kind, int peers, bool isDrain)
    {
        public ConcernKind Kind { get; } = kind;

        public int Peers { get; } = peers;

        public bool IsDrain { get; } = isDrain;

        /// <summary>Our own changes up to here must be held; null before the start.</summary>
        public ulong? Sequence { get; set; }

        public TaskCompletionSource Done { get; } = new();
    }

    private sealed class ReadWaiter(ConcernKind kind, int peers)
    {
        public ConcernKind Kind { get; } = kind;

        public int Peers { get; } = peers;

        public HashSet<long> AskedLinks { get; } = [];

        public HashSet<ReplicaId> Answered { get; } = [];

        /// <summary>Up to where the validators must have answered; null until enough replicas have sent what they hold.</summary>
        public long[]? Turns;

        public TaskCompletionSource Done { get; } = new();
    }

    /// <summary>Test seam: told of each fulfilled write concern, with the sequence number and how many replicas were said to hold it.</summary>
    public Action<ulong, int>? ConcernFulfilled { get; set; }

    /// <summary>Returns when every local write so far is held by as many replicas as asked for.</summary>
    public Task FlushAsync(WriteConcern concern, CancellationToken cancellationToken) => FlushAsync(concern, isDrain: false, cancellationToken);

    /// <summary>A drain also ends when there is nobody left to hand anything to.</summary>
    private async Task FlushAsync(WriteConcern concern, bool isDrain, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (concern.Kind == ConcernKind.Local) return;
        var waiter = new WriteWaiter(concern.Kind, concern.PeerCount, isDrain);
        lock (_gate)
        {
            ThrowIfEnded();
            _writeWaiters.Add(waiter);
            if (IsLive)
            {
                Step(static (_, _) => { }, urgent: true, drainAll: true);
                ThrowIfEnded();
                Adopt(waiter);
                SettleConcerns(_core!);
            }
        }

        var timeout = TimeoutOf(concern);
        try
        {
            await CancelableWait.ForAsync(waiter.Done.Task, WaitTime.Of(timeout), _environment.Time, _environment.Schedule, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ConcernReport report;
            lock (_gate)
            {
                var holding = waiter.Sequence is { } sequence ? _core!.Holding(sequence, IsOfGroup(waiter.Kind)) : 1;
                report = Report(waiter.Kind, waiter.Peers, holding, timeout, m => waiter.Sequence is { } s && ReplicaCore.IsHolding(m, s));
            }

            throw new WriteConcernException(report);
        }
        finally
        {
            lock (_gate) _writeWaiters.Remove(waiter);
        }
    }

    /// <summary>Returns when as many replicas as asked for have sent what they hold.</summary>
    public async Task RefreshAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (concern.Kind == ConcernKind.Local) return;
        var waiter = new ReadWaiter(concern.Kind, concern.PeerCount);
        ulong id;
        lock (_gate)
        {
            ThrowIfEnded();
            id = ++_lastProbe;
            _readWaiters.Add(id, waiter);
            Step(static (_, _) => { }, urgent: true);
        }

        var timeout = concern.Timeout ?? _options.ConcernTimeout;
        try
        {
            await CancelableWait.ForAsync(waiter.Done.Task, WaitTime.Of(timeout), _environment.Time, _environment.Schedule, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ConcernReport report;
            lock (_gate) report = Report(waiter.Kind, waiter.Peers, Reached(waiter), timeout, m => waiter.Answered.Contains(m.Id));
            throw new ReadConcernException(report);
        }
        finally
        {
            lock (_gate)
            {
                _readWaiters.Remove(id);
                _core?.EndProbe(id);
            }
        }
    }

    /// <summary>Those who waited for the start: what was written until then is published now, and peers are asked as they come.</summary>
    private void AdoptEarlyWaiters()
    {
        Step(static (_, _) => { }, urgent: true, drainAll: true);
        foreach (var waiter in _writeWaiters) Adopt(waiter);
        SettleConcerns(_core!);
    }

    private void Adopt(WriteWaiter waiter) => waiter.Sequence = _core!.Store.Vector[OriginTable.Self];

    private static bool IsOfGroup(ConcernKind kind) => kind is ConcernKind.Majority or ConcernKind.All;

    private int Required(ConcernKind kind, int peers) => kind switch
    {
        ConcernKind.Peers => peers == int.MaxValue ? int.MaxValue : peers + 1,
        ConcernKind.Majority => (GroupSize / 2) + 1,
        ConcernKind.All => GroupSize,
        _ => 1,
    };

    private int GroupSize => _core?.GroupSize ?? Math.Max(1, _options.ExpectedReplicas);

    private bool IsMet(ReplicaCore core, ConcernKind kind, int peers, int reached) =>
        reached >= Required(kind, peers) && (!IsOfGroup(kind) || core.IsSynced);

    private int Reached(ReadWaiter waiter) =>
        1 + (IsOfGroup(waiter.Kind) ? waiter.Answered.Count(id => _core!.IsCounted(id)) : waiter.Answered.Count);

    private void SettleConcerns(ReplicaCore core)
    {
        for (var i = _writeWaiters.Count - 1; i >= 0; i--)
        {
            var waiter = _writeWaiters[i];
            if (waiter.Sequence is not { } sequence) continue;
            var holding = core.Holding(sequence, IsOfGroup(waiter.Kind));
            if (!IsMet(core, waiter.Kind, waiter.Peers, holding) && !(waiter.IsDrain && !core.Links.Any(l => l.IsOpen))) continue;
            _writeWaiters.RemoveAt(i);
            ConcernFulfilled?.Invoke(sequence, holding);
            Complete(waiter.Done);
        }

        if (_readWaiters.Count > 0)
        {
            foreach (var waiter in _readWaiters.Values)
            {
                if (IsMet(core, waiter.Kind, waiter.Peers, Reached(waiter)) && IsShown(ref waiter.Turns)) Complete(waiter.Done);
            }
        }

        if (core.IsSynced && !_syncedReported && IsShown(ref _syncedTurns))
        {
            _syncedReported = true;
            _tracing.Joined();
            Complete(_synced);
        }
    }

    /// <summary>Links that opened since a read began are asked as well.</summary>
    private void ProbeNewLinks(ReplicaCore core)
    {
        foreach (var (id, waiter) in _readWaiters) core.Probe(id, waiter.AskedLinks);
    }

    private void OnProbeAnswered(ulong id, ReplicaId by)
    {
        if (_readWaiters.TryGetValue(id, out var waiter)) waiter.Answered.Add(by);
    }

    private ConcernReport Report(ConcernKind kind, int peers, int reached, TimeSpan waited, Func<Member, bool> hasConfirmed)
    {
        var members = new List<ConcernMember> { new(Self, PeerState.Up, true) };
        foreach (var member in _core?.CountedMembers ?? [])
        {
            var info = new ReplicaInfo(member.Id, member.NodeName, member.Address);
            members.Add(new(info, member.Link is null ? PeerState.Unreachable : PeerState.Up, hasConfirmed(member)));
        }

        var stage = _core switch
        {
            null => "This replica was not started in that time.",
            { IsSynced: false } when IsOfGroup(kind) => "This replica is not synchronized yet, so it does not know who the others are.",
            _ => null,
        };
        var unmet = IsOfGroup(kind) ? _core?.UnmetReplicas ?? Math.Max(0, _options.ExpectedReplicas - 1) : 0;
        return new(Required(kind, peers), reached, waited, members, unmet, stage);
    }

    /// <summary>Lets the waiters go on, on another thread: this one holds the gate.</summary>
    private void Complete(TaskCompletionSource done) => Schedule(() => done.TrySetResult());

    private void FailConcerns(ReplicaNotRunningException failure)
    {
        foreach (var replicated in Registered) (replicated as EscrowObject)?.Port.EndWaiting();
        TaskCompletionSource[] waiting =
            [.. _writeWaiters.Select(w => w.Done), .. _readWaiters.Values.Select(w => w.Done), .. _escrowWishes.Select(w => w.Done), _synced, _running];
        _environment.Schedule(() =>
        {
            foreach (var done in waiting)
            {
                // Looked at, so that a task that nobody awaits is not reported as unobserved.
                if (done.TrySetException(failure.Again())) _ = done.Task.Exception;
            }
        });
    }

    /// <summary>For what waits for peers: before the start they may still come.</summary>
    private void ThrowIfEnded()
    {
        if (_state is ReplicaState.Stopped or ReplicaState.Faulted) throw NotRunning();
    }

    /// <summary>For what only a replica that takes part in decisions can do.</summary>
    private void ThrowUnlessRunning()
    {
        if (_state != ReplicaState.Running) throw NotRunning();
    }

    /// <summary>Returns once it runs; false when it was not started in time.</summary>
    /// <exception cref="ReplicaNotRunningException">It does not run any more.</exception>
    public async Task<bool> UntilRunningAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (!await IsStartedWithinAsync(time, cancellationToken).ConfigureAwait(false)) return false;
        lock (_gate) ThrowUnlessRunning();
        return true;
    }

    /// <summary>Returns once it was started; false when it was not in time.</summary>
    private async Task<bool> IsStartedWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_state is not (ReplicaState.Created or ReplicaState.Starting)) return true;
        }

        try
        {
            await CancelableWait.ForAsync(_running.Task, WaitTime.Of(time), _environment.Time, _environment.Schedule, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
