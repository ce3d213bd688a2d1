using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting.LocalPlane;
using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>
/// The owner of one core. Whatever brings an input (a connection, the timer, a batch of local changes) takes the gate, hands it to the core, and carries
/// out the outputs before it leaves: one step at a time, on whichever thread it arose. App threads that read and write objects do not wait for the gate, but for reading all values of a multi-value
/// register, and who is present; the first to write after silence sends the change itself, if the gate is free and there is not much to do.
/// </summary>
internal sealed partial class ReplicaHost : ILocalPlane, ITransportHandler, IAsyncDisposable
{
    /// <summary>The most local changes that are published in one step, so that links are served in between.</summary>
    private const int PublishBatch = 16_384;

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Entry> _dirty = new();
    private readonly PriorityQueue<IExpiring, long> _expiries = new();
    private readonly PeerReplicaOptions _options;
    private readonly ReplicaEnvironment _environment;
    private readonly ILogger _logger;
    private readonly long _startTimestamp;
    private readonly Action _runStep;
    private readonly WallClock _clock;
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
        _logger = logger;
        Metrics = metrics;
        _clock = new WallClock(environment.Time);
        _startTimestamp = environment.Time.GetTimestamp();
        _runStep = RunScheduledStep;
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

    public HybridTimestamp Stamp() => StampOf(_clock.Milliseconds);

    public HybridTimestamp Restamp() => StampOf(_clock.RoughMilliseconds);

    public void MarkDirty(Entry entry)
    {
        _dirty.Enqueue(entry);
        if (Volatile.Read(ref _signalled) != 0 || Interlocked.Exchange(ref _signalled, 1) != 0 || _state != ReplicaState.Running) return;
        if (!TryStepHere()) _environment.Schedule(_runStep);
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

    public void Coalesced() => Metrics.Coalesced.Add(1);

    public void Unreadable() => Metrics.Unreadable.Add(1);

    public void ScheduleExpiry(IExpiring entry, Instant at) => _expiries.Enqueue(entry, at.Ticks);

    /// <summary>Listens, and joins the cluster.</summary>
    /// <exception cref="TransportException">The address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_state != ReplicaState.Created) throw new InvalidOperationException($"The replica cannot be started: it is {_state}.");
        var bound = await _environment.Transport.StartAsync(_options.Listen, this, cancellationToken).ConfigureAwait(true);
        var address = _options.Advertise ?? Addresses.Advertised(bound);
        _timer = _environment.CreateTimer(OnTimer);
        lock (_gate)
        {
            _core = new ReplicaCore(CoreOptionsOf(address), _environment.Id, _environment.Seed) { ProbeAnswered = OnProbeAnswered };
            foreach (var replicated in Registered)
            {
                _core.Store.Register(replicated);
                if (replicated is EscrowObject escrow) _core.Open(escrow);
            }

            _state = ReplicaState.Running;
            CoreCreated?.Invoke(_core);
            Step(static (core, now) => core.Start(now));
        }

        Log.Started(_logger, _environment.Id, _core.Store.Origins.Count > 0 ? NodeName(address) : "", address, _options.ClusterName);
        if (_core.Escrow.IsActive && _options is { ExpectedReplicas: 0, Seeds.Count: > 0 }) Log.FormingIsUnsafe(_logger);
        Metrics.Attach(this);
    }

    /// <summary>Called with the core before it starts: for the simulator's oracle.</summary>
    public Action<ReplicaCore>? CoreCreated { get; set; }

    /// <summary>Hands the last changes to peers, tells them that this replica leaves, and closes everything.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_state == ReplicaState.Running)
        {
            Leaving?.Invoke();
            Locked(static (core, now) => core.Leave(now), drain: true);
            if (_options.DrainTimeout > TimeSpan.Zero && IsLinked()) await DrainAsync(cancellationToken).ConfigureAwait(true);

            lock (_gate)
            {
                Step(static (core, now) => core.Stop(now));
                if (_state == ReplicaState.Running) _state = ReplicaState.Stopped;
                FailConcerns(new PeerReplicaException("The replica was stopped before enough peers had answered. Local writes stay, here and wherever they arrived."));
            }
        }

        if (_state == ReplicaState.Created) _state = ReplicaState.Stopped;
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(true);
        await _environment.Transport.DisposeAsync().ConfigureAwait(true);
        Metrics.Detach(this);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(true);

    private string NodeName(string address) => _options.NodeName ?? $"{Environment.MachineName}:{address[(address.LastIndexOf(':') + 1)..]}";

    private CoreOptions CoreOptionsOf(string address) => new()
    {
        ClusterName = _options.ClusterName,
        NodeName = NodeName(address),
        Address = address,
        Seeds = [.. _options.Seeds],
        Secret = System.Text.Encoding.UTF8.GetBytes(_options.SharedSecret ?? ""),
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
        ExpectedReplicas = _options.ExpectedReplicas,
        Planted = _environment.Planted,
    };

    private HybridTimestamp StampOf(long milliseconds) =>
        HybridTimestamp.Max(new HybridTimestamp(milliseconds, 0), new HybridTimestamp((ulong)Volatile.Read(ref _maxStamp)));
}
