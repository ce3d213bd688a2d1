using PeerReplica.Testing.Checking;
using PeerReplica.Testing.Clock;

namespace PeerReplica.Testing;

/// <summary>What brings faults upon a cluster, one after another, until it is stopped.</summary>
internal sealed class Nemesis(SimulatedCluster cluster, EventQueue events, Random random, FaultOptions faults)
{
    private static readonly TimeSpan s_maxOutage = TimeSpan.FromSeconds(3);

    private readonly List<Action> _repertoire = [];
    private bool _isStopped;

    public void Start()
    {
        if (faults.Partitions) _repertoire.AddRange([Split, Isolate, CutOneWay, Flap]);
        if (faults.Crashes) _repertoire.AddRange([Crash, Crash]);
        if (faults.Pauses) _repertoire.Add(Pause);
        if (faults.Stalls) _repertoire.Add(Stall);
        if (faults.ClockFaults) _repertoire.Add(StepClock);
        if (_repertoire.Count > 0) Next();
    }

    public void Stop() => _isStopped = true;

    private void Next() => Later(random.NextInt64(1, faults.MeanInterval.Ticks * 2), () =>
    {
        _repertoire[random.Next(_repertoire.Count)]();
        Next();
    });

    private void Later(long delay, Action action) => events.Add(null, delay, () =>
    {
        if (!_isStopped) action();
    });

    private long Outage() => random.NextInt64(1, s_maxOutage.Ticks);

    private SimulatedReplica Any() => cluster.Replicas[random.Next(cluster.Replicas.Count)];

    private void Split()
    {
        var left = cluster.Replicas.Where(_ => random.Next(2) == 0).ToArray();
        CutAll(left, [.. cluster.Replicas.Except(left)]);
    }

    private void Isolate()
    {
        var one = Any();
        CutAll([one], [.. cluster.Replicas.Where(r => r != one)]);
    }

    private void CutAll(SimulatedReplica[] left, SimulatedReplica[] right)
    {
        foreach (var a in left)
        {
            foreach (var b in right) cluster.Network.Cut(a, b);
        }

        Later(Outage(), () =>
        {
            foreach (var a in left)
            {
                foreach (var b in right) cluster.Network.Restore(a, b);
            }
        });
    }

    private void CutOneWay()
    {
        var (a, b) = (Any(), Any());
        cluster.Network.CutOneWay(a, b);
        Later(Outage(), () => cluster.Network.Restore(a, b));
    }

    private void Flap()
    {
        var (a, b) = (Any(), Any());
        var at = 0L;
        for (var i = random.Next(2, 8); i > 0; i--)
        {
            at += random.NextInt64(1, TimeSpan.TicksPerMillisecond * 200);
            Later(at, () => cluster.Network.Cut(a, b));
            at += random.NextInt64(1, TimeSpan.TicksPerMillisecond * 200);
            Later(at, () => cluster.Network.Restore(a, b));
        }
    }

    private void Crash()
    {
        var victim = Any();
        if (cluster.Replicas.Count(r => r.IsRunning) <= 1 || !victim.IsRunning) return;
        victim.Crash();
        Later(Outage(), victim.Start);
    }

    private void Pause()
    {
        var victim = Any();
        if (!victim.IsRunning || victim.IsPaused) return;
        cluster.Faults.Add(FaultKind.Pause, victim.Run);
        victim.Pause();
        Later(Outage(), victim.Resume);
    }

    private void Stall()
    {
        var connections = cluster.Network.Connections;
        if (connections.Count == 0) return;
        var connection = connections[random.Next(connections.Count)];
        cluster.Faults.Add(FaultKind.Stall, connection.Owner);
        connection.Stall(Outage());
    }

    private void StepClock()
    {
        var victim = Any();
        cluster.Faults.Add(FaultKind.ClockStep, victim.Run);
        victim.ClockOffset = new TimeSpan(random.NextInt64(-cluster.MaxClockStep.Ticks, cluster.MaxClockStep.Ticks + 1));
    }
}
