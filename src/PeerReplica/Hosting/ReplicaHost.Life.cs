using PeerReplica.Diagnostics;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>
/// Starting and stopping. A replica lives once: Created, Starting, Running, Stopping, Stopped; Faulted after a failed start or a broken invariant, and then Stopped.
/// <list type="number">
/// <item>The first call of <see cref="StopAsync"/> stops; every other call waits for it. A canceled token cuts the drain short, and never the stopping.</item>
/// <item>The last broadcast is the point of no return: a local write is in it, or is refused.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaHost
{
    private readonly CancellationTokenSource _drainCut = new();
    private readonly CancellationTokenSource _startCut = new();
    private readonly TaskCompletionSource _startEnded = new();
    private readonly TaskCompletionSource _stopped = new();
    private readonly TaskCompletionSource _running = new();
    private bool _isStopRequested;
    private bool _isLastBroadcastDone;

    public ReplicaEnd End { get; } = new();

    /// <summary>Whether steps are taken.</summary>
    private bool IsLive => _state is ReplicaState.Running or ReplicaState.Stopping;

    /// <summary>Listens, and joins the cluster.</summary>
    /// <exception cref="TransportException">The address cannot be bound. The replica has ended then: it holds no socket and no thread, and cannot be started again.</exception>
    /// <exception cref="ReplicaNotRunningException">It was stopped meanwhile.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_state != ReplicaState.Created)
                throw new InvalidOperationException($"The replica cannot be started: it is {_state}. A replica starts once; build a new host to start another.");
            _state = ReplicaState.Starting;
        }

        try
        {
            string? bound;
            using (cancellationToken.UnsafeRegister(static c => ((CancellationTokenSource)c!).Cancel(), _startCut))
            {
                // A transport that does not heed its token is not waited for: whatever it opens is closed with it.
                var starting = _environment.Transport.StartAsync(_options.Listen, this, _startCut.Token).AsTask();
                bound = await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_options.Advertise is null && !Addresses.TryParse(bound, out _, out _))
                throw new TransportException($"The transport said that it listens at '{bound}', which is not host:port. Set Advertise, or use another transport.");
            Begin(_options.Advertise ?? Addresses.Advertised(bound));
        }
        catch (Exception e)
        {
            await AbandonStartAsync(e).ConfigureAwait(false);
            throw;
        }
        finally
        {
            _startEnded.TrySetResult();
        }

        Metrics.Attach(this);
    }

    /// <summary>
    /// Hands the last changes and unused rights to peers, tells them that this replica leaves, and closes everything. It ends in <see cref="ReplicaState.Stopped"/> whatever happens
    /// on the way, and throws nothing; the address is free then.
    /// </summary>
    /// <param name="cancellationToken">Cuts the drain short: what is not handed over by then stays with this replica.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_isStopRequested;
            _isStopRequested = true;
        }

        using (cancellationToken.UnsafeRegister(static c => ((CancellationTokenSource)c!).Cancel(), _drainCut))
        {
            if (isFirst) await StopOnceAsync().ConfigureAwait(false);
            else await _stopped.Task.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private void Begin(string address)
    {
        lock (_gate)
        {
            if (_isStopRequested) throw new ReplicaNotRunningException(ReplicaState.Stopped, "The replica was stopped while it was starting.");
            _timer = _environment.CreateTimer(OnTimer);
            _core = new ReplicaCore(CoreOptionsOf(address), _environment.Id, _environment.Seed) { ProbeAnswered = OnProbeAnswered };
            foreach (var replicated in Registered)
            {
                _core.Store.Register(replicated);
                if (replicated.IsDeclared) _core.Declare(replicated);
                if (replicated is EscrowObject escrow) _core.Open(escrow);
            }

            _state = ReplicaState.Running;
            CoreCreated?.Invoke(_core);
            _isHealthDue = true;
            _tracing.JoinBegan();
            Step(static (core, now) => core.Start(now));
            if (_fault is not null) throw NotRunning();
            AdoptEarlyWaiters();
        }

        Complete(_running);
        Log.Started(_logger, _environment.Id, _core.Store.Origins.Count > 0 ? NodeName(address) : "", address, _options.ClusterName);
        Log.Configured(_logger, Settings.Describe(_options));
        if (_options is { HasEmptySeeds: true, Seeds.Count: 0 }) Log.SeedsAreEmpty(_logger);
        if (_core.Escrow.IsActive && _options is { ExpectedReplicas: 0, Seeds.Count: > 0 }) Log.BootstrapIsUnsafe(_logger);
    }

    /// <summary>A start that failed leaves nothing behind that is open, and nobody who waits.</summary>
    private async Task AbandonStartAsync(Exception reason)
    {
        lock (_gate)
        {
            _fault ??= reason;
            _state = _isStopRequested ? ReplicaState.Stopped : ReplicaState.Faulted;
            Close();
            EvaluateHealth();
        }

        EndWaiting();
        await ReleaseAsync().ConfigureAwait(false);
    }

    private async Task StopOnceAsync()
    {
        try
        {
            await EndStartAsync().ConfigureAwait(false);
            if (BeginStopping()) await DrainAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.StopFailed(_logger, e);
        }

        lock (_gate)
        {
            Step(static (core, now) => core.Stop(now));
            _state = ReplicaState.Stopped;
            Close();
            EvaluateHealth();
        }

        EndWaiting();
        await ReleaseAsync().ConfigureAwait(false);
        _logger.Flush();
        _stopped.TrySetResult();
    }

    /// <summary>A start that is under way is given up, and waited for as long as a drain would be.</summary>
    private async Task EndStartAsync()
    {
        if (_state != ReplicaState.Starting) return;
        await _startCut.CancelAsync().ConfigureAwait(false);
        try
        {
            await CancelableWait.ForAsync(_startEnded.Task, _options.DrainTimeout, _environment.Time, _environment.Schedule, _drainCut.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The transport does not heed its token. Its end is not waited for: whatever it opens is closed with it.
        }
    }

    private bool BeginStopping()
    {
        lock (_gate)
        {
            if (_state != ReplicaState.Running) return false;
            _state = ReplicaState.Stopping;
            _isHealthDue = true;
            foreach (var replicated in Registered) (replicated as EscrowObject)?.Port.EndAsking();
            Leaving?.Invoke();
            Step(static (core, now) => core.Leave(now), urgent: true, drainAll: true);
            return true;
        }
    }

    /// <summary>
    /// The last broadcast: whatever was written until now, final accounts, and the word that this replica has ended, so that whatever is still to be decided nobody waits for its voice.
    /// </summary>
    private void BroadcastLast()
    {
        lock (_gate)
        {
            Leaving?.Invoke();
            Interlocked.Exchange(ref _signalled, Closed);
            foreach (var counter in Registered.OfType<CounterObject>()) _dirty.Enqueue(counter.Freeze());
            Step(static (core, _) => core.EscrowIsDue(), urgent: true, drainAll: true);
            Step(static (core, now) => core.Retire(now), urgent: true, drainAll: true);
            _isLastBroadcastDone = true;
        }
    }

    /// <summary>
    /// No write is accepted any more, and none that waits is published: marks are taken away, so that the next write finds that the replica has ended. Those that the last broadcast left
    /// are of writes that are being refused. Under the gate.
    /// </summary>
    private void Close()
    {
        Interlocked.Exchange(ref _signalled, Closed);
        while (_dirty.TryDequeue(out var entry))
        {
            if (!_isLastBroadcastDone) DirtyFlag.Clear(ref entry.WriteMark);
        }

        foreach (var replicated in Registered) (replicated as EscrowObject)?.Port.EndSpending();
    }

    /// <summary>Nothing that somebody waits for will come any more.</summary>
    private void EndWaiting()
    {
        lock (_gate)
        {
            var failure = NotRunning();
            FailConcerns(failure);
            var isFaulted = _state == ReplicaState.Faulted;
            _environment.Schedule(() => End.Set(isFaulted ? failure : null));
        }
    }

    private ReplicaNotRunningException NotRunning()
    {
        var state = _state;
        return new(state, MessageOf(state), state == ReplicaState.Faulted ? _fault : null);
    }

    private string MessageOf(ReplicaState state) => state switch
    {
        ReplicaState.Created or ReplicaState.Starting =>
            "The replica has not been started, so nothing was done. Start the host first; a hosted service that calls this in StartAsync must be registered after AddPeerReplica.",
        ReplicaState.Stopping =>
            "The replica is stopping and takes on nothing new. Ask another instance; what must be written during a shutdown belongs into a hosted service registered after AddPeerReplica, "
            + "which stops before the replica.",
        ReplicaState.Faulted when _core is null => $"The replica failed to start ({_fault?.Message}), so no peer will ever be reached. Remove the cause, and build and start a new host.",
        ReplicaState.Faulted => $"The replica stopped because of a broken invariant ({_fault?.Message}), so no peer will ever be reached. See IPeerReplica.Fault, and restart the process.",
        _ =>
            "The replica is stopped, so no peer will ever be reached. Use another instance; what must be written during a shutdown belongs into a hosted service registered after "
            + "AddPeerReplica, which stops before the replica.",
    };

    /// <summary>Gives back thread and sockets, whatever goes wrong with one of them.</summary>
    private async Task ReleaseAsync()
    {
        Metrics.Detach(this);
        try
        {
            await _resolving.CancelAsync().ConfigureAwait(false);
            if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.StopFailed(_logger, e);
        }

        try
        {
            await _environment.Transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.StopFailed(_logger, e);
        }
    }
}
