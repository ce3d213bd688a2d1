using System.Buffers.Binary;
using PeerReplica.Hosting;
using PeerReplica.Replication;
using PeerReplica.Testing.Checking;
using PeerReplica.Testing.Clock;
using PeerReplica.Testing.Network;

namespace PeerReplica.Testing;

/// <summary>Starting and ending runs.</summary>
public sealed partial class SimulatedCluster
{
    internal void Start(SimulatedReplica machine)
    {
        if (machine.Run is not null || machine.IsRemoved) return;
        if (machine.HasRun) Faults.Add(FaultKind.Restart, Running.Aggregate(ProtocolPhase.None, (phases, other) => phases | FaultCounts.PhasesOf(other)));
        machine.HasRun = true;
        NameReplicas();
        var id = NewId();
        var signer = _options.Signs ? new SimulatedSigner(id.Value) : null;
        var run = new SimulatedRun(machine);
        var drift = Network.Faults.ClockFaults ? _random.NextInt64(-10_000, 10_001) : 0;
        var environment = new ReplicaEnvironment
        {
            Transport = new SimulatedTransport(Network, run),
            Resolver = new SimulatedResolver(Network, run),
            Time = new SimulatedTime(_events, run, machine, drift),
            Id = signer?.Id ?? id,
            Signer = signer,
            Verifier = signer is null ? null : new SimulatedVerifier(),
            Seed = (ulong)_random.NextInt64(),
            Schedule = action => _events.Add(run, 0, action),
            ScheduleLogs = _logDeliveries.Enqueue,
            StepsOnWriter = (_options.Seed & 1) == 0,
            Nonce = () =>
            {
                var nonce = new byte[16];
                _random.NextBytes(nonce);
                return nonce;
            },
            MaxFrameBytes = _options.MaxFrameBytes,
            WindowBytes = _options.WindowBytes,
        };
        run.Node = new PeerReplicaNode(OptionsFor(machine), machine.Registry, environment, _options.Logging.CreateLogger(machine.NodeName), s_metrics);
        _runs[run.Id] = run;
        _fullStates.Started();
        if (_options.KeepsHistory) run.Node.Host.CoreCreated = core => core.Store.Published = record => Note(run, core.Store, record);
        run.Node.Host.ConcernFulfilled = (sequence, holding) => CheckConcern(run, sequence, holding);
        machine.Run = run;
        SimulatedThread.Run(() => run.Node.StartAsync(CancellationToken.None).GetAwaiter().GetResult());
    }

    /// <summary>What the shared name stands for: every replica, and one machine that is gone, another one with each start.</summary>
    private void NameReplicas()
    {
        if (_options.SharedSeed is not { } shared) return;
        Network.SetName(shared, [.. _replicas.Select(r => r.Address), $"old-{_runs.Count}:7400"]);
    }

    internal void Crash(SimulatedReplica machine)
    {
        if (machine.Run is not { } run) return;
        Faults.Add(FaultKind.Kill, run);
        End(run);
        Network.Leave(run, isCrash: true);
    }

    /// <summary>Ends a replica's run at once, if there is one; the replica never returns. Another that is added has another name and address.</summary>
    internal void Remove(SimulatedReplica machine)
    {
        Faults.Add(FaultKind.Loss, machine.Run);
        Crash(machine);
        machine.IsRemoved = true;
        _replicas.Remove(machine);
    }

    internal void Stop(SimulatedReplica machine)
    {
        if (machine.Run is not { } run) return;
        Resume(machine);
        var stopping = Begin(() => run.Node.StopAsync(CancellationToken.None));

        // It may crash on the way.
        RunUntil(() => stopping.IsCompleted || !run.IsAlive);
        if (stopping.IsCompleted) stopping.GetAwaiter().GetResult();

        // Whoever waits for the run hears of its end while it still is one.
        while (run.IsAlive && _events.NextAt <= _events.Now) Step();
        if (run.IsAlive) End(run);
    }

    internal void Resume(SimulatedReplica machine)
    {
        if (machine.Run is not { IsPaused: true } run) return;
        run.IsPaused = false;
        foreach (var action in run.Deferred) _events.Add(run, 0, action);
        run.Deferred.Clear();
    }

    private static void End(SimulatedRun run)
    {
        run.IsAlive = false;
        run.Machine.Run = null;
        run.Deferred.Clear();
    }

    private PeerReplicaOptions OptionsFor(SimulatedReplica machine)
    {
        var options = new PeerReplicaOptions
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(200),
            PeerTimeout = TimeSpan.FromSeconds(1),
            ForgetAfter = TimeSpan.FromSeconds(20),
            SeedTimeout = TimeSpan.FromSeconds(1),
            MaxClockSkew = TimeSpan.FromSeconds(10),
        };
        _options.Configure?.Invoke(options);
        options.NodeName = machine.NodeName;
        options.Listen = machine.Address;
        options.Advertise = _options.Advertise(machine.Index) ?? machine.Address;
        if (_options.SharedSeed is { } shared) options.Seeds.Add(shared);
        else if (_replicas.Count > 1 || options.Seeds.Count > 0)
        {
            foreach (var replica in _replicas) options.Seeds.Add(replica.Address);
        }

        return options;
    }

    private ReplicaId NewId()
    {
        Span<byte> bits = stackalloc byte[16];
        _random.NextBytes(bits);
        return new ReplicaId(BinaryPrimitives.ReadUInt128BigEndian(bits));
    }

    private void Note(SimulatedRun run, Store store, Crdts.Record record)
    {
        if (_observations.Find(run, store, record, _history.Find(record.Parent)) is { } fault) _failure ??= Failure($"{run.Machine.NodeName}: {fault}");
        _fullStates.Note(record);
        if (!_history.TryAdd(run.Id, store, record))
            _failure ??= Failure($"{run.Machine.NodeName} issued the dot ({run.Id.ToShortString()}, {record.Sequence}) twice");
    }

    private void CheckConcern(SimulatedRun run, ulong sequence, int holding)
    {
        var really = _runs.Values.Count(r => r.Node.Host.IsStarted && Contains(r.Node.Host.Core.Store, run.Id, sequence));
        if (really < holding)
            _failure ??= Failure($"{run.Machine.NodeName} was told that {holding} replicas hold its change {sequence}; {really} do");
    }

    private static bool Contains(Store store, ReplicaId origin, ulong sequence) =>
        store.Origins.TryGetIndex(origin, out var index) && store.Vector[index] >= sequence;
}
