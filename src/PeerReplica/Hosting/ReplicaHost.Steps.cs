using Microsoft.Extensions.Logging;
using PeerReplica.Causality;
using PeerReplica.Diagnostics;
using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>Steps: an input, local changes that are due, the core's pump, its outputs.</summary>
internal sealed partial class ReplicaHost
{
    private readonly Dictionary<long, ITransportConnection> _connections = [];
    private readonly Dictionary<ITransportConnection, long> _linkIds = [];
    private readonly RefusalMemory _refusals = new();
    private long _lastLinkId;
    private IContinuingConnection? _receivingFrom;

    public void OnOpened(ITransportConnection connection, long? dialId)
    {
        lock (_gate)
        {
            if (!IsLive)
            {
                Close(connection);
                return;
            }

            if (!TryIdentify(connection, out var identity))
            {
                Close(connection);
                if (dialId is { } attempt) Step((core, now) => core.DialFailed(attempt, now));
                return;
            }

            var id = ++_lastLinkId;
            _connections.Add(id, connection);
            _linkIds.Add(connection, id);
            var nonce = _environment.Nonce();
            Step((core, now) => core.LinkOpened(id, dialId, connection.RemoteAddress, nonce, now, identity));
        }
    }

    public void OnDialFailed(long dialId, string reason)
    {
        Log.DialFailed(_logger, reason);
        Locked((core, now) => core.DialFailed(dialId, now), drain: false);
    }

    public void OnFrame(ITransportConnection connection, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (!IsLive || !_linkIds.TryGetValue(connection, out var id)) return;
            Metrics.Received(frame.Length);
            _receivingFrom = connection as IContinuingConnection;
            try
            {
                var now = Now;
                SetLatestStamp(now);

                // Before a link opens and says what is here: a newcomer waits for that, and readers here see these writes already.
                if (!_dirty.IsEmpty && !_core!.IsOpen(id)) PublishDirty(_core, now, drainAll: true);
                _core!.FrameReceived(id, frame, now);
                FinishStep(urgent: false, drainAll: false);
            }
            catch (Exception e)
            {
                BecomeFaulted(e);
            }
            finally
            {
                _receivingFrom = null;
            }
        }
    }

    public void OnRoom(ITransportConnection connection)
    {
        lock (_gate)
        {
            if (_linkIds.TryGetValue(connection, out var id)) Step((core, now) => core.RoomChanged(id, true, now));
        }
    }

    public void OnClosed(ITransportConnection connection, string reason)
    {
        lock (_gate)
        {
            if (!_linkIds.Remove(connection, out var id)) return;
            _connections.Remove(id);
            Log.LinkLost(_logger, connection.RemoteAddress, reason);
            Step((core, now) => core.LinkClosed(id, now));
        }
    }

    /// <summary>Runs a step under the gate.</summary>
    public void Locked(Action<ReplicaCore, Instant> input, bool drain)
    {
        lock (_gate) Step(input, urgent: drain, drainAll: drain);
    }

    /// <summary>Looks at the store under the gate; null before the start.</summary>
    public void Read(Action<Store?> look)
    {
        lock (_gate) look(_core?.Store);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerAt = Instant.Never;
            Step(static (_, _) => { });
        }
    }

    private void RunScheduledStep()
    {
        lock (_gate) Step(static (_, _) => { });
    }

    /// <summary>
    /// Runs the step that a write brought about on the writer's thread, where that does not make it wait: waking another would take longer than the step. At most one
    /// in a broadcast interval has something to send.
    /// </summary>
    private bool TryStepHere()
    {
        if (!_environment.StepsOnWriter || _gate.IsHeldByCurrentThread || !_gate.TryEnter()) return false;
        try
        {
            if (_core is not { IsBrief: true }) return false;
            Step(static (_, _) => { });
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Step(Action<ReplicaCore, Instant> input, bool urgent = false, bool drainAll = false)
    {
        if (!IsLive) return;
        try
        {
            var now = Now;
            SetLatestStamp(now);
            input(_core!, now);
            FinishStep(urgent, drainAll);
        }
        catch (Exception e)
        {
            BecomeFaulted(e);
        }
    }

    private void FinishStep(bool urgent, bool drainAll)
    {
        var core = _core!;
        var now = Now;
        Expire(now);
        PublishDirty(core, now, drainAll || core.IsProbed);
        if (_readWaiters.Count > 0) ProbeNewLinks(core);
        core.Pump(now, urgent);
        _tracing.Observe(core.Pulling);
        CarryOut(core);
        Volatile.Write(ref _maxStamp, (long)core.Store.MaxStamp.Bits);
        SettleConcerns(core);
        SettleWishes();
        ReportEscrow(core);
        var wake = core.Deadline;
        if (!_dirty.IsEmpty && !_isLastBroadcastDone) wake = Instant.Min(wake, core.PublishAt);
        wake = Instant.Min(wake, _expiries.Next);
        wake = Instant.Min(wake, TendValidations(now));
        ArmTimer(Instant.Min(wake, TendHealth(now)), now);
    }

    /// <summary>
    /// Whether entries wait to be published. If none does, the signal is lowered: a step may have published a writer's entry before that writer raised the signal, and a signal that stays
    /// raised would keep all later writers from asking for a step.
    /// </summary>
    private bool HasDirty()
    {
        if (!_dirty.IsEmpty) return true;
        if (Volatile.Read(ref _signalled) != 1) return false;
        Interlocked.CompareExchange(ref _signalled, 0, 1);
        return !_dirty.IsEmpty;
    }

    /// <summary>Gives local changes their dots, when the throttle permits.</summary>
    private void PublishDirty(ReplicaCore core, Instant now, bool drainAll)
    {
        if (_isLastBroadcastDone || !HasDirty() || (!drainAll && now < core.PublishAt)) return;

        // Cleared before the queue is read: a change after that signals anew.
        Interlocked.CompareExchange(ref _signalled, 0, 1);
        // No more than there are now: an entry that is being written to all the time would come round again and again.
        var waiting = _dirty.Count;
        var left = drainAll ? waiting : Math.Min(waiting, PublishBatch);
        var isAll = left == waiting;
        while (left-- > 0 && _dirty.TryDequeue(out var entry)) core.Publish(entry);
        if (isAll) core.PublishingDone(now);
    }

    private void Expire(Instant now)
    {
        while (_expiries.TryTake(now, out var entry))
        {
            var again = entry.Expire(now);
            if (again != Instant.Never) _expiries.Add(entry, Instant.Max(again, new Instant(now.Ticks + 1)));
        }
    }

    private void CarryOut(ReplicaCore core)
    {
        var outputs = core.Outputs;
        foreach (var output in outputs.Items)
        {
            switch (output.Kind)
            {
                case CoreOutputKind.Send:
                    Send(core, output);
                    break;
                case CoreOutputKind.Close:
                    CloseConnection(output);
                    break;
                case CoreOutputKind.HeldBack:
                    ReportHeldBack(output);
                    break;
                case CoreOutputKind.Resolve:
                    Resolve(output);
                    break;
                case CoreOutputKind.Dial:
                    Dial(output);
                    break;
                default:
                    HandleNotification(core, output);
                    break;
            }
        }

        outputs.Clear();
    }

    private void Send(ReplicaCore core, in CoreOutput output)
    {
        if (!_connections.TryGetValue(output.Id, out var connection)) return;
        if (TrySend(connection, core.Outputs.FrameOf(output))) Metrics.Sent(output.Type, output.Length);
        else core.FrameRefused(output.Id, output.Type, Now);
    }

    /// <summary>A transport of the app's that throws costs this connection and no more.</summary>
    private bool TrySend(ITransportConnection connection, ReadOnlySpan<byte> frame)
    {
        try
        {
            return connection.TrySend(frame);
        }
        catch (Exception e)
        {
            Log.TransportFailed(_logger, connection.RemoteAddress, e);
            Close(connection);
            return false;
        }
    }

    private void Close(ITransportConnection connection)
    {
        try
        {
            connection.Close();
        }
        catch (Exception e)
        {
            Log.TransportFailed(_logger, connection.RemoteAddress, e);
        }
    }

    private void Dial(in CoreOutput output)
    {
        try
        {
            _environment.Transport.Dial(output.Detail!, output.Id);
        }
        catch (Exception e)
        {
            var (id, reason) = (output.Id, $"{output.Detail}: the transport failed: {e.Message}");
            _environment.Schedule(() => OnDialFailed(id, reason));
        }
    }

    private void CloseConnection(in CoreOutput output)
    {
        if (!_connections.TryGetValue(output.Id, out var connection)) return;
        if (output.Detail is { } detail)
        {
            if (output.Verdict == LinkVerdict.Expelled) detail = OfExpelled(detail);
            ReportRefusal(connection.RemoteAddress, output.Verdict, detail);
            NoteRefusal(connection.RemoteAddress, output.Verdict, detail);
        }

        Metrics.LinkClosed(output.Verdict);
        Close(connection);
    }

    private void ReportHeldBack(in CoreOutput output)
    {
        var address = _connections.TryGetValue(output.Id, out var connection) ? connection.RemoteAddress : "(closed)";
        var level = _refusals.IsNews(address, output.Verdict, Now) ? LogLevel.Warning : LogLevel.Debug;
        Log.HeldBack(_logger, level, address, output.Verdict, output.Detail!);
        NoteRefusal(address, output.Verdict, output.Detail!);
    }

    private void SetLatestStamp(Instant now)
    {
        var limit = _clockLimit.Observe(_clock.Milliseconds, now);
        _core!.LatestStamp = new HybridTimestamp(limit, ushort.MaxValue);
        _core.Store.FollowedStamp = new HybridTimestamp(_clockLimit.Followed(limit), 0);
    }

    private void ArmTimer(Instant at, Instant now)
    {
        if (at >= _timerAt || at == Instant.Never) return;
        if (at <= now)
        {
            _environment.Schedule(_runStep);
            return;
        }

        _timerAt = at;
        var delay = at - now;

        // Timers count whole milliseconds: rounded up, so that it is due when it fires.
        _timer!.Change(TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(delay.TotalMilliseconds), 60_000)), Timeout.InfiniteTimeSpan);
    }

    private void BecomeFaulted(Exception e)
    {
        _fault = e;
        _state = ReplicaState.Faulted;
        Log.Faulted(_logger, e);
        foreach (var connection in _connections.Values) Close(connection);
        Close();
        EndWaiting();
        EvaluateHealth();
    }
}
