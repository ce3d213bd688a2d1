using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// One seed's run: 1 to 5 replicas sell the same tickets while faults happen, replicas are declared dead that are alive, and clocks drift. What apps were told that
/// they took is counted from outside, also what dead replicas took: it must never pass what was granted. Then everything heals, and everything that can be sold must be sold.
/// </summary>
internal sealed class TicketScenario
{
    private static readonly TimeSpan s_convergenceBound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestHold = TimeSpan.FromSeconds(2);

    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly ILoggerFactory _logging;
    private readonly int _replicas;
    private readonly long _capacity;
    private readonly long _allowance;
    private readonly string[] _seats;
    private readonly bool _hasCeiling;
    private readonly bool _crashesAtWill;
    private readonly TimeSpan _forgetAfter;

    public TicketScenario(ulong seed, ILoggerFactory? logging = null)
    {
        _seed = seed;
        _logging = logging ?? NullLoggerFactory.Instance;
        _random = new SeededRandom(seed);
        _replicas = _random.Next(8) switch { 0 => 1, 1 => 2, 2 => 4, 3 or 4 => 5, _ => 3 };
        _capacity = _random.Next(4) switch { 0 => _random.Next(1, 10), 1 => _random.Next(10, 100), _ => _random.Next(100, 2000) };
        _allowance = _random.Next(4) switch { 0 => 0, 1 => 1, _ => _random.Next(1, 40) };
        _hasCeiling = _random.Next(3) == 0;
        _seats = _random.Next(2) == 0 ? [] : [.. Enumerable.Range(1, _random.Next(1, 30)).Select(i => $"seat {i}")];
        _crashesAtWill = _random.Next(4) == 0;
        _forgetAfter = _random.Next(3) == 0 ? TimeSpan.FromSeconds(1.5) : TimeSpan.FromSeconds(20);
    }

    /// <summary>Runs it; throws <see cref="SimulationException"/> where a promise is broken.</summary>
    public ScenarioResult Run()
    {
        using var cluster = new SimulatedCluster(Draw(), Register);
        var office = new TicketWorkload(cluster, _random, _capacity, _seats, _crashesAtWill, _hasCeiling);
        office.RunFor(TimeSpan.FromSeconds(0.5 + (_random.NextDouble() * 2.5)));
        cluster.Heal();
        office.RestartTheForgotten();
        try
        {
            cluster.RunUntilConverged(s_convergenceBound);
        }
        catch (SimulationException e)
        {
            throw new SimulationException($"{e.Message}{office.Describe()}", _seed, cluster.Now);
        }

        office.MustHold();
        if (office.CanDecide && office.IsAnyLostLeft) throw new SimulationException($"the account of a replica that never returns is still open{office.Describe()}", _seed, cluster.Now);
        var isComplete = office.CanDecide && SellOut(cluster, office);
        return new ScenarioResult(cluster.TranscriptHash, cluster.Events, office.Operations, cluster.Network.FramesDelivered, cluster.Now, isComplete, cluster.Faults);
    }

    private void Register(IPeerReplicaBuilder objects)
    {
        objects.AddBoundedCounter("tickets", _capacity, o =>
        {
            o.Allowance = _allowance;
            o.Ceiling = _hasCeiling ? _capacity : null;
        });
        if (_seats.Length > 0) objects.AddPool("seats", _seats);
    }

    private SimulationOptions Draw()
    {
        var interval = TimeSpan.FromMilliseconds(_random.Next(1, 20));
        var frame = 200 << _random.Next(6);
        return new SimulationOptions
        {
            Seed = _seed,
            Replicas = _replicas,
            Faults = DrawnFaults.From(_random, 60, 0.05, _crashesAtWill, (100, 800)),
            SharedSeed = _seed % 3 == 1 ? "cluster:7400" : null,
            Logging = _logging,
            MaxFrameBytes = frame,
            WindowBytes = _random.Next(3) == 0 ? frame * _random.Next(1, 5) : 0,
            RoomBytes = _random.Next(3) == 0 ? frame * _random.Next(4, 9) : 16 << 10,
            Configure = o =>
            {
                o.ExpectedReplicas = _replicas;
                o.BroadcastInterval = interval;
                o.ForgetAfter = _forgetAfter;
                o.ConcernTimeout = TimeSpan.FromSeconds(1);
                o.MaxFrameBytes = 8 << 10;
            },
        };
    }

    /// <summary>Everything that is not taken, nor may have been taken by a replica that crashed, is sold.</summary>
    private bool SellOut(SimulatedCluster cluster, TicketWorkload office)
    {
        // Again when holds have ended, and again when what takes that nobody waits for any more still got has come back.
        for (var round = 0; round < 3; round++)
        {
            // A successor of a lost instance may join meanwhile; it sells in the next round.
            foreach (var replica in cluster.Replicas.ToArray()) cluster.Run(() => office.SellOutAsync(replica), TimeSpan.FromMinutes(30));
            cluster.RunUntilConverged(s_convergenceBound);
            if (cluster.Replicas.All(r => r.Replica.Audits.Values.All(a => a is { Free: 0, Held: 0 }))) break;
            cluster.RunFor(s_longestHold);
        }

        foreach (var replica in cluster.Replicas)
        {
            var audit = replica.Replica.GetBoundedCounter("tickets").Audit;
            var before = TicketWorkload.SoldUnderAnotherBootstrap(replica);
            var isSoldOut = audit is { Free: 0, Held: 0 } && audit.Sold - before + audit.Stranded == audit.Issued;
            isSoldOut &= audit.Oversold <= before && audit.IsBalanced == (before == 0);
            office.MustHold();
            var isComplete = audit.Issued >= _capacity && (office.MostStranded(_allowance) is not { } most || audit.Stranded <= most);
            if (office.JudgeSeats(replica) is { } wrong) throw new SimulationException($"{wrong}{office.Describe()}", _seed, cluster.Now);
            if (!isSoldOut || !isComplete) throw new SimulationException($"{replica.NodeName} ends with {audit}; at most {office.MostStranded(_allowance)} may be stranded{office.Describe()}", _seed, cluster.Now);
        }

        return true;
    }
}
