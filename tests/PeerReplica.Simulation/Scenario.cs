using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// One seed's run: a cluster of 2 to 9 replicas with objects of every type is written to from all sides while faults happen; then everything heals, and the
/// replicas must become equal within a bound of virtual time, and shed every tombstone.
/// </summary>
internal sealed class Scenario
{
    private const int CacheSize = 5;
    private static readonly TimeSpan s_convergenceBound = TimeSpan.FromSeconds(30);

    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly ILoggerFactory _logging;
    private readonly TimeSpan _forgetAfter;

    public Scenario(ulong seed, ILoggerFactory? logging = null)
    {
        _seed = seed;
        _logging = logging ?? NullLoggerFactory.Instance;
        _random = new SeededRandom(seed);
        _forgetAfter = _random.Next(4) == 0 ? TimeSpan.FromSeconds(1.5) : TimeSpan.FromSeconds(20);
    }

    /// <summary>Whether replicas sign.</summary>
    public bool Signs { get; init; }

    /// <summary>Runs it; throws <see cref="SimulationException"/> where a promise is broken.</summary>
    public ScenarioResult Run()
    {
        var options = Draw();
        using var cluster = new SimulatedCluster(options, Register);
        var watchers = cluster.Replicas.Select(r => new MapWatcher(cluster, r)).ToArray();
        var workload = new Workload(cluster, _random);
        workload.RunFor(TimeSpan.FromSeconds(0.5 + (_random.NextDouble() * 2.5)));
        cluster.Heal();
        cluster.RunUntilConverged(s_convergenceBound);
        AppSeesTheSame(cluster, Describe);
        if (workload.Judge(cluster.Replicas[0].Replica) is { } wrong) throw new SimulationException(wrong, _seed, cluster.Now);
        cluster.RunFor(TimeSpan.Zero);
        foreach (var watcher in watchers) watcher.MustAgree();
        if (_seed % 4 == 0) ShedsTombstones(cluster);
        return new ScenarioResult(cluster.TranscriptHash, cluster.Events, workload.Operations, cluster.Network.FramesDelivered, cluster.Now, IsComplete: true, cluster.Faults);
    }

    private static void Register(IPeerReplicaBuilder objects) => objects
        .AddCounter("sold")
        .AddCounter("visits")
        .AddRegister<string>("banner")
        .AddMultiValueRegister<int>("conflicted")
        .AddMap<int, string>("carts")
        .AddMap<string, long>("sessions", TimeSpan.FromSeconds(2))
        .AddMap<int, int>("logins", o => (o.SlidingExpiration, o.TimeToLive) = (TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(4)))
        .AddMap<int, int>("cache", o => (o.MaxEntries, o.Eviction) = (CacheSize, MapEviction.LeastRecentlyUsed))
        .AddSet<int>("revoked")
        .AddFlag("open")
        .AddPresence<int>("load");

    private SimulationOptions Draw()
    {
        var interval = TimeSpan.FromMilliseconds(_random.Next(1, 20));

        // Not used: without this draw every seed would be another one.
        _ = _random.Next(3);
        var frame = 200 << _random.Next(6);
        return new SimulationOptions
        {
            Seed = _seed,
            Signs = Signs,
            Replicas = 2 + Math.Min(_random.Next(8), _random.Next(8)),
            Faults = DrawnFaults.From(_random, 80, 0.08, crashes: null, (40, 600)),
            SharedSeed = _seed % 3 == 1 ? "cluster:7400" : null,
            Logging = _logging,
            MaxFrameBytes = frame,
            WindowBytes = _random.Next(3) == 0 ? frame * _random.Next(1, 5) : 0,
            RoomBytes = _random.Next(3) == 0 ? frame * _random.Next(4, 9) : 16 << 10,
            Configure = o =>
            {
                o.BroadcastInterval = interval;
                o.ForgetAfter = _forgetAfter;
                o.MaxFrameBytes = 8 << 10;
            },
        };
    }

    /// <summary>What an app reads through the handles, not what the store holds.</summary>
    private void AppSeesTheSame(SimulatedCluster cluster, Func<IPeerReplica, string> describe)
    {
        string? first = null;
        foreach (var replica in cluster.Replicas)
        {
            var seen = describe(replica.Replica);
            first ??= seen;
            if (seen != first) throw new SimulationException($"apps read different things:\n  {first}\n  {seen}", _seed, cluster.Now);
        }
    }

    private static string Describe(IPeerReplica replica)
    {
        var carts = replica.GetMap<int, string>("carts").OrderBy(p => p.Key).Select(p => $"{p.Key}={p.Value}");
        var revoked = replica.GetSet<int>("revoked").Order();
        return $"sold {replica.GetCounter("sold").Value} visits {replica.GetCounter("visits").Value} banner {replica.GetRegister<string>("banner").Value} " +
            $"conflicted {string.Join(',', replica.GetMultiValueRegister<int>("conflicted").Values)} carts {string.Join(',', carts)} " +
            $"revoked {string.Join(',', revoked)} open {replica.GetFlag("open").IsEnabled}";
    }

    private static string Cached(IPeerReplica replica) =>
        string.Join(',', replica.GetMap<int, int>("cache").OrderBy(p => p.Key).Select(p => $"{p.Key}={p.Value}"));

    private static string Present(IPeerReplica replica) =>
        string.Join(',', replica.GetPresence<int>("load").Values.Select(p => $"{p.Key.ToShortString()}={p.Value}"));

    /// <summary>Once every dead run is forgotten, nothing that was removed leaves a trace.</summary>
    private void ShedsTombstones(SimulatedCluster cluster)
    {
        cluster.RunFor(_forgetAfter + TimeSpan.FromSeconds(8));
        cluster.RunUntilConverged(s_convergenceBound);
        AppSeesTheSame(cluster, Present);
        AppSeesTheSame(cluster, Cached);
        if (cluster.Replicas[0].Replica.GetMap<int, int>("cache").Count > CacheSize)
            throw new SimulationException($"the cache holds more than {CacheSize} entries:{Cached(cluster.Replicas[0].Replica)}", _seed, cluster.Now);
        var left = cluster.DescribeTombstones();
        var expiring = cluster.DescribeExpiring();
        if (expiring.Length > 0) throw new SimulationException($"live records are past their expiry:{expiring}", _seed, cluster.Now);
        if (left.Length > 0) throw new SimulationException($"tombstones were left although every member had seen them:{left}", _seed, cluster.Now);
    }
}
