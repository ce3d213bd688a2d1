using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>
/// The owner of one core. Whatever brings an input (a connection, the timer, a batch of local changes) takes the gate, hands it to the core, and carries
/// out the outputs before it leaves: one step at a time, on whichever thread it arose. App threads that read and write objects do not wait for the gate, but for reading all values of a multi-value
/// register, and who is present; the first to write after silence sends the change itself, if the gate is free and there is not much to do.
/// </summary>
internal sealed partial class ReplicaHost : ILocalState, ITransportHandler, IAsyncDisposable
{
    /// <summary>The most local changes that are published in one step, so that links are served in between.</summary>
    private const int PublishBatch = 16_384;

    /// <summary>Of <see cref="_signalled"/>: no step takes local writes along any more. 0: none wait; 1: a step will come.</summary>
    private const int Closed = 2;

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Entry> _dirty = new();
    private readonly ExpirySchedule _expiries = new();
    private readonly ConcurrentDictionary<(string Object, string What, Type Reason), bool> _unreadable = new();
    private readonly PeerReplicaOptions _options;
    private readonly ReplicaEnvironment _environment;
    private readonly DeferredLogger _logger;
    private readonly ReplicaTracing _tracing;
    private readonly long _startTimestamp;
    private readonly Action _runStep;
    private readonly WallClock _clock;
    private readonly PeerClockLimit _clockLimit;
    private ReplicaCore? _core;
    private ITimer? _timer;
    private Instant _timerAt = Instant.Never;
    private int _signalled;
    private long _maxStamp;
    private Exception? _fault;
    private volatile ReplicaState _state = ReplicaState.Created;

    public ReplicaHost(PeerReplicaOptions options, ReplicaEnvironment environment, ILogger logger, ReplicaMetrics metrics)
    {
        _options = options;
        _environment = environment;
        _tracing = new ReplicaTracing(environment.Schedule, environment.Time);
        _logger = new DeferredLogger(logger, environment.ScheduleLogs ?? environment.Schedule, () => _gate.IsHeldByCurrentThread);
        Metrics = metrics;
        _clock = new WallClock(environment.Time);
        _clockLimit = new PeerClockLimit(options.MaxClockSkew);
        _startTimestamp = environment.Time.GetTimestamp();
        _runStep = RunScheduledStep;
        _health = new HealthMonitor(_logger, Schedule);
        _inspector = new HealthInspector(options, _health);
    }

    public ReplicaMetrics Metrics { get; }

    public PeerReplicaOptions Options => _options;

    public ReplicaState State => _state;

    public Exception? Fault => _fault;

    /// <summary>The core; present once started. Only under the gate, or by a test that owns every thread.</summary>
    public ReplicaCore Core => _core ?? throw new InvalidOperationException("The replica has not been started.");

    public bool IsStarted => _core is not null;

    /// <summary>Whether local writes wait to be published.</summary>
    public bool HasUnpublished => !_dirty.IsEmpty;

    public List<ReplicatedObject> Registered { get; } = [];

    public ReplicaId Id => _environment.Id;

    /// <summary>Raised when the replica leaves in good order, before its last changes are handed over.</summary>
    public event Action? Leaving;

    public ulong Seed => _environment.Seed;

    public Instant Now => new(_environment.Time.GetElapsedTime(_startTimestamp).Ticks + 1);

    public HybridTimestamp Stamp()
    {
        ThrowIfClosed();
        return StampOf(_clock.Milliseconds);
    }

    public HybridTimestamp Restamp()
    {
        ThrowIfClosed();
        return StampOf(_clock.RoughMilliseconds);
    }

    public void MarkDirty(Entry entry)
    {
        var signal = Volatile.Read(ref _signalled);
        if (signal != Closed)
        {
            // The place in the queue is taken by an interlocked operation: either the last broadcast finds the entry, or this finds that it has begun.
            _dirty.Enqueue(entry);
            signal = Volatile.Read(ref _signalled);
            if (signal == 0) signal = Interlocked.CompareExchange(ref _signalled, 1, 0);
        }

        if (signal == Closed) Refuse(entry);
        if (signal != 0 || !IsLive) return;
        if (!TryStepHere()) _environment.Schedule(_runStep);
    }

    public void ThrowIfClosed()
    {
        if (Volatile.Read(ref _signalled) == Closed) Refuse(null);
    }

    /// <summary>
    /// Runs something of the app's soon, and not here: the gate is held. Of what a frame brings about the first goes on where the frame arrived, once the gate is left: waking
    /// another thread takes longer than all the rest.
    /// </summary>
    public void Schedule(Action step)
    {
        if (_gate.IsHeldByCurrentThread && _receivingFrom is { } connection && connection.TryContinueWith(step)) return;
        _environment.Schedule(step);
    }

    public void Coalesced() => Metrics.Coalesced();

    public void Evicted() => Metrics.Evicted();

    public void Unreadable(string objectName, string what, ReplicaSerializationException reason)
    {
        Metrics.Unreadable();
        if (_unreadable.TryAdd((objectName, what, (reason.InnerException ?? reason).GetType()), true)) Log.Unreadable(_logger, what, objectName, reason.Message);
    }

    public void ScheduleExpiry(IExpiring entry, Instant at) => _expiries.Add(entry, at);

    public void CancelExpiry(IExpiring entry) => _expiries.Remove(entry);

    /// <summary>The number of nodes in the expiry schedule, for metrics and tests.</summary>
    public long ExpiryNodes
    {
        get
        {
            lock (_gate) return _expiries.Nodes;
        }
    }

    /// <summary>Called with the core before it starts: for the simulator's oracle.</summary>
    public Action<ReplicaCore>? CoreCreated { get; set; }

    private string NodeName(string address) => _options.NodeName ?? $"{Environment.MachineName}:{address[(address.LastIndexOf(':') + 1)..]}";

    private CoreOptions CoreOptionsOf(string address) => new()
    {
        ClusterName = _options.ClusterName,
        NodeName = NodeName(address),
        Address = address,
        Seeds = SeedList.Parse(_options.Seeds),
        ResolvesNames = Resolver is not null,
        WhyNotDialed = AddressPolicy.Of(_options).WhyNot,
        MayBeFirst = _options.MayBeFirst,
        BroadcastInterval = _options.BroadcastInterval,
        MaxBytesPerSecondPerPeer = _options.MaxBytesPerSecondPerPeer,
        HeartbeatInterval = _options.HeartbeatInterval,
        PeerTimeout = _options.PeerTimeout,
        ForgetAfter = _options.ForgetAfter,
        RelayAfter = _options.RelayAfter,
        SeedTimeout = _options.SeedTimeout,
        MaxClockSkew = _options.MaxClockSkew,
        MaxKeyBytes = _options.MaxKeyBytes,
        MaxValueBytes = _options.MaxValueBytes,
        MaxFrameBytes = _environment.MaxFrameBytes > 0 ? _environment.MaxFrameBytes : _options.MaxFrameBytes,
        MaxStagedBytes = _options.MaxStagedBytes,
        WindowBytes = _environment.WindowBytes > 0 ? _environment.WindowBytes : CoreOptions.UsualWindowBytes,
        ExpectedReplicas = _options.ExpectedReplicas,
    };

    /// <summary>
    /// Refuses a write that came after the last broadcast, unless that took it along. Not on the loop: what it writes by itself when the replica has ended nobody misses.
    /// </summary>
    private void Refuse(Entry? entry)
    {
        if (_gate.IsHeldByCurrentThread) return;
        if (entry is null) throw NotRunning();
        lock (_gate)
        {
            if (!_isLastBroadcastDone || (DirtyFlag.IsNoted(ref entry.WriteMark) && entry.HasUnpublished)) throw NotRunning();
        }
    }

    private HybridTimestamp StampOf(long milliseconds) =>
        HybridTimestamp.Max(new HybridTimestamp(milliseconds, 0), new HybridTimestamp((ulong)Volatile.Read(ref _maxStamp)));
}
