using Microsoft.Extensions.DependencyInjection;
using PeerReplica.DependencyInjection;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Replication;
using PeerReplica.Testing.Checking;
using PeerReplica.Testing.Clock;

namespace PeerReplica.Testing;

/// <summary>
/// A whole cluster in one thread, on virtual time, over a seeded network: the library's own code from the app's handles to the bytes on the wire, with only clock,
/// network and chance replaced. While it runs, every replica is checked against the history of all changes ever published; the first
/// broken promise throws <see cref="SimulationException"/>. Not thread-safe.
/// </summary>
public sealed partial class SimulatedCluster : IDisposable
{
    private static readonly TimeSpan s_defaultLimit = TimeSpan.FromMinutes(10);
    private static readonly ReplicaMetrics s_metrics = new(null);

    private readonly SimulationOptions _options;
    private readonly ObjectRegistry _registry;
    private readonly EventQueue _events = new();
    private readonly Queue<Action> _logDeliveries = new();
    private readonly Random _random;
    private readonly Transcript _transcript = new();
    private readonly History _history = new();
    private readonly Observations _observations = new();
    private readonly FullStateCheck _fullStates = new();
    private readonly List<SimulatedReplica> _replicas = [];
    private readonly Dictionary<ReplicaId, SimulatedRun> _runs = [];
    private readonly Nemesis _nemesis;
    private Exception? _failure;
    private long _nextCheck;
    private int _nextIndex;

    /// <summary>Makes the cluster and starts its replicas; each has all others' addresses as seeds.</summary>
    /// <param name="options">Seed, size, faults.</param>
    /// <param name="objects">Registers the objects, as an app does after <c>AddPeerReplica()</c>.</param>
    public SimulatedCluster(SimulationOptions options, Action<IPeerReplicaBuilder> objects)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Replicas, 1, "options.Replicas");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Replicas, 64, "options.Replicas");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EventsPerCheck, 1, "options.EventsPerCheck");
        _options = options;
        _registry = Register(objects);
        _random = new SeededRandom(options.Seed);
        Network = new SimulatedNetwork(_events, _random, _transcript, options, Faults);
        _nemesis = new Nemesis(this, _events, new SeededRandom(options.Seed ^ 0xA5A5_5A5A_0F0F_F0F0), options.Faults);
        for (var i = 0; i < options.Replicas; i++) _replicas.Add(new SimulatedReplica(this, _nextIndex++, _registry));
        foreach (var replica in _replicas) replica.Start();
        _nemesis.Start();
    }

    /// <summary>The seed.</summary>
    public ulong Seed => _options.Seed;

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now => new(_events.Now);

    /// <summary>How many events have happened.</summary>
    public long Events => _events.Count;

    /// <summary>The replicas, running or not.</summary>
    public IReadOnlyList<SimulatedReplica> Replicas => _replicas;

    /// <summary>The network between them.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>A hash of every frame delivered so far, with its time: equal for equal runs, in any process.</summary>
    public string TranscriptHash => _transcript.Current();

    /// <summary>Adds a replica and starts it.</summary>
    public SimulatedReplica Add() => Add(_registry);

    /// <summary>Adds a replica of another version of the app, with other objects registered, and starts it.</summary>
    /// <param name="objects">Registers the objects.</param>
    public SimulatedReplica Add(Action<IPeerReplicaBuilder> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return Add(Register(objects));
    }

    /// <summary>Lets virtual time pass.</summary>
    public void RunFor(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var end = _events.Now + duration.Ticks;
        while (_events.NextAt <= end) Step();
        _events.AdvanceTo(end);
    }

    /// <summary>Lets virtual time pass until a condition holds; it is looked at after each event.</summary>
    /// <param name="condition">Must not change anything.</param>
    /// <param name="within">How long to wait at most; default 10 min.</param>
    /// <exception cref="SimulationException">It did not come to hold.</exception>
    public void RunUntil(Func<bool> condition, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var end = _events.Now + (within ?? s_defaultLimit).Ticks;
        while (!condition())
        {
            if (_events.NextAt > end) throw Failure($"What was waited for did not happen within {(within ?? s_defaultLimit).TotalSeconds:0.###} s");
            Step();
        }
    }

    /// <summary>Runs asynchronous code, such as a write with a concern, to its end in virtual time.</summary>
    /// <param name="work">Starts the work.</param>
    /// <param name="within">How long to wait at most; default 10 min.</param>
    public void Run(Func<Task> work, TimeSpan? within = null)
    {
        var task = Begin(work);
        RunUntil(() => task.IsCompleted, within);
        task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Starts asynchronous code; it goes on as virtual time passes, on the thread that runs the cluster. Await only what the cluster completes: code that awaits a real timer, the thread pool or
    /// <see cref="Task.Yield"/> leaves virtual time. Cancel tokens that the code waits with inside <see cref="Run"/> or <see cref="After"/>.
    /// </summary>
    /// <param name="work">Starts the work.</param>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "Virtual time is the cluster's.")]
    public Task Begin(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Task? task = null;
        SimulatedThread.Run(() => task = work());
        return task!;
    }

    /// <summary>Does something after a while of virtual time.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="action">What.</param>
    public void After(TimeSpan delay, Action action)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(action);
        _events.Add(null, delay.Ticks, action);
    }

    /// <summary>
    /// Ends every fault: the network is whole, what stood still goes on, what had crashed starts again. No fault comes after it by itself.
    /// </summary>
    public void Heal()
    {
        _nemesis.Stop();
        Network.RestoreAll();
        Network.Faults = FaultOptions.None;
        foreach (var replica in _replicas)
        {
            if (replica.IsPaused) replica.Resume();
            if (!replica.IsRunning) replica.Start();
        }
    }

    /// <summary>Runs until all running replicas hold the same and have nothing left to send, then checks them all.</summary>
    /// <param name="within">How long to wait at most; default 60 s.</param>
    /// <exception cref="SimulationException">They did not become equal, or a check failed.</exception>
    public void RunUntilConverged(TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(60);
        var end = Now + limit;
        foreach (var run in Running) SimulatedThread.Run(() => run.Node.Host.ContentHash());
        while (!HasConverged())
        {
            if (_events.IsEmpty || new TimeSpan(_events.NextAt) > end) throw Failure($"The replicas are not equal after {limit.TotalSeconds:0.###} s:{Describe()}");
            for (var i = 0; i < 16 && !_events.IsEmpty; i++) Step();
        }

        Check();
    }

    /// <summary>Whether all running replicas contain the same changes and have no unpublished ones.</summary>
    public bool HasConverged()
    {
        Store? first = null;
        foreach (var run in Running)
        {
            var store = run.Node.Host.Core.Store;
            first ??= store;
            if (run.Node.Host.HasUnpublished || store.Hash != first.Hash || VectorHash(store) != VectorHash(first)) return false;
        }

        return true;
    }

    /// <summary>Checks every running replica against the history of all changes.</summary>
    /// <exception cref="SimulationException">A promise is broken.</exception>
    public void Check()
    {
        foreach (var run in Running) Check(run);
    }

    /// <inheritdoc/>
    public void Dispose() => _transcript.Dispose();

    /// <summary>What apps could see when they wrote, for whoever writes for them to note.</summary>
    internal Observations Observations => _observations;

    /// <summary>Which faults happened in which phases of the protocol.</summary>
    internal FaultCounts Faults { get; } = new();

    internal IEnumerable<SimulatedRun> Running => _replicas.Where(r => r.Run is not null).Select(r => r.Run!);

    internal TimeSpan MaxClockStep => OptionsFor(_replicas[0]).MaxClockSkew / 3;

    /// <summary>
    /// What each running replica keeps only until every member is known to have seen it, with what is not known to be seen; empty when there is nothing.
    /// A removal of something that was lost with its origin before anyone else had it is kept for good, in case somebody did, and not told here.
    /// </summary>
    internal string DescribeTombstones() => string.Concat(Running.Select(r =>
    {
        var core = r.Node.Host.Core;
        var stable = core.StableVector();
        var unstable = Enumerable.Range(0, core.Store.Origins.Count).Where(o => stable[o] < core.Store.Vector[o]).Select(o => $"{core.Store.Origins[o].ToShortString()}:{stable[o]}<{core.Store.Vector[o]}");
        var records = Enumerable.Range(0, core.Store.Origins.Count).SelectMany(o => Tombstones(core.Store, o)).Take(4).ToArray();
        if (records.Length == 0) return "";
        return $"\n  {r.Machine.NodeName} {r.Id.ToShortString()} keeps {core.Store.Tombstones}: {string.Join("; ", records)}; unstable {string.Join(' ', unstable)}" +
            $"; members {string.Join(' ', core.Members.Select(m => Lacking(core.Store, m)))}; awaiting {core.Store.CollectionQueueLength}";
    }));

    /// <summary>Each running replica's live records that have expired, or will; empty when there are none.</summary>
    internal string DescribeExpiring() => string.Concat(Running.Select(r =>
    {
        var store = r.Node.Host.Core.Store;
        var records = Enumerable.Range(0, store.Origins.Count).SelectMany(o => Expiring(store, o)).Take(4).ToArray();
        return records.Length == 0 ? "" : $"\n  {r.Machine.NodeName} {r.Id.ToShortString()} keeps {string.Join("; ", records)}";
    }));

    private int WindowBytes => Math.Max(_options.WindowBytes > 0 ? _options.WindowBytes : CoreOptions.UsualWindowBytes, _options.MaxFrameBytes > 0 ? _options.MaxFrameBytes : 16 << 20);

    private static IEnumerable<string> Expiring(Store store, int origin)
    {
        for (var record = store.Log(origin).Head; record is not null; record = record.LogNext)
        {
            if (record.IsLive && record.ExpiresAt.Ticks != 0) yield return $"{record.Parent.Object.Name} ({store.Origins[origin].ToShortString()}, {record.Sequence})";
        }
    }

    /// <summary>A member, with how much of what is here it is not known to contain.</summary>
    private static string Lacking(Store store, Member member)
    {
        var known = member.Link?.Known ?? member.Row;
        var lacking = Enumerable.Range(0, store.Origins.Count).Count(o => known[o] < store.Vector[o]);
        return $"{member.Id.ToShortString()}{(member.Link is null ? " (no link)" : "")}{(lacking == 0 ? "" : $" lacks of {lacking}")}";
    }

    private static IEnumerable<string> Tombstones(Store store, int origin)
    {
        for (var record = store.Log(origin).Head; record is not null; record = record.LogNext)
        {
            if (record.IsLive || !Crdts.ObservedDots.AllIn(record.Observed, store.Vector)) continue;
            var observed = string.Join(' ', (record.Observed ?? []).Select(d => $"{store.Origins[d.Origin].ToShortString()}:{d.Sequence}"));
            yield return $"{record.Parent.Object.Name} ({store.Origins[origin].ToShortString()}, {record.Sequence}){(record.IsRemoval ? " removal" : "")}" +
                $"{(record.IsDead ? $" dead by ({store.Origins[record.Killer.Origin].ToShortString()}, {record.Killer.Sequence})" : "")} observed [{observed}]";
        }
    }

    internal static ObjectRegistry Register(Action<IPeerReplicaBuilder> objects)
    {
        var registry = new ObjectRegistry();
        objects(new PeerReplicaBuilder(new ServiceCollection(), registry));
        return registry;
    }

    private SimulatedReplica Add(ObjectRegistry registry)
    {
        var replica = new SimulatedReplica(this, _nextIndex++, registry);
        _replicas.Add(replica);
        replica.Start();
        return replica;
    }

    private static ulong VectorHash(Store store) => Crdts.ContentHash.OfVector(store.Vector, store.Origins);

    private void Step()
    {
        var (owner, action) = _events.Take();
        if (owner is { IsAlive: false }) return;
        if (owner is { IsPaused: true })
        {
            owner.Deferred.Add(action);
            return;
        }

        SimulatedThread.Run(action);
        DeliverLogs();
        if (owner?.Node?.Host.Fault is { } fault) throw Failure($"{owner.Machine.NodeName} stopped: {fault.Message}", fault);
        if (_failure is { } failure) throw failure;
        if (_events.Count < _nextCheck || owner is null) return;
        _nextCheck = _events.Count + _options.EventsPerCheck;
        Check(owner);
    }

    /// <summary>Messages that a logger brings about are delivered after the next event.</summary>
    private void DeliverLogs()
    {
        for (var left = _logDeliveries.Count; left > 0; left--) SimulatedThread.Run(_logDeliveries.Dequeue());
    }

    private void Check(SimulatedRun run)
    {
        if (run.Node.State is not (ReplicaState.Running or ReplicaState.Stopping) || !_options.KeepsHistory) return;
        var fault = StoreCheck.Find(run, _history) ?? LinkCheck.Find(run, _runs) ?? _fullStates.Find(run, [.. Running])
            ?? BoundsCheck.Find(run, WindowBytes) ?? FindOffence(run);
        if (fault is not null) throw Failure($"{run.Machine.NodeName}: {fault}");
    }

    /// <summary>All replicas are honest, unless a test tells them apart to send frames in their names.</summary>
    private string? FindOffence(SimulatedRun run) =>
        Network.IdentityOf is null && run.Node.Host.Core.Counters.Quarantined > 0 ? "it put an honest peer in quarantine" : null;

    private SimulationException Failure(string message, Exception? inner = null) => new(message, Seed, Now, inner);

    private string Describe() => string.Concat(Running.Select(r =>
    {
        var store = r.Node.Host.Core.Store;
        var vector = Enumerable.Range(0, store.Origins.Count).Where(o => store.Vector[o] > 0).Select(o => $"{store.Origins[o].ToShortString()}:{store.Vector[o]}").Order(StringComparer.Ordinal);
        return $"\n  {r.Machine.NodeName} {r.Id.ToShortString()} hash {store.Hash:x16} vector {string.Join(' ', vector)}{string.Concat(r.Node.Host.Core.Links.Select(Describe))}";
    }));

    private static string Describe(Link link) =>
        $"\n    link {link.Id} with {link.Peer?.NodeName ?? link.RemoteAddress}: {link.Phase}{(link.IsDialed ? ", dialed" : "")}{(link.StatusReceived ? "" : ", no status")}" +
        $"{(link.IsDesynchronized ? ", desynchronized" : "")}{(link.HasRoom ? "" : ", no room")}{(link.Transfer is null ? "" : ", sending")}{(link.IsStaging ? ", staging" : "")}" +
        $", {link.Window.Outstanding} bytes unacknowledged";
}
