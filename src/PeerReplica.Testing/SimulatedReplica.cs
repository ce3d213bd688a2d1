using PeerReplica.DependencyInjection;
using PeerReplica.Hosting;

namespace PeerReplica.Testing;

/// <summary>One instance of the app in a simulated cluster: a name and an address that survive restarts, and at most one run at a time.</summary>
public sealed class SimulatedReplica
{
    private readonly SimulatedCluster _cluster;

    internal SimulatedReplica(SimulatedCluster cluster, int index, ObjectRegistry registry)
    {
        Registry = registry;
        _cluster = cluster;
        Index = index;
        NodeName = $"node-{index}";
        Address = $"{NodeName}:7400";
    }

    /// <summary>Its human name.</summary>
    public string NodeName { get; }

    /// <summary>Where its peers reach it.</summary>
    public string Address { get; }

    /// <summary>Its place among the cluster's replicas, from 0.</summary>
    public int Index { get; }

    /// <summary>Whether a run is going on.</summary>
    public bool IsRunning => Run is not null;

    /// <summary>Whether its run stands still.</summary>
    public bool IsPaused => Run is { IsPaused: true };

    /// <summary>The present run's replica, with the objects that were registered.</summary>
    /// <exception cref="InvalidOperationException">It is not running.</exception>
    public IPeerReplica Replica => Run?.Node ?? throw new InvalidOperationException($"{NodeName} is not running; call Start first.");

    /// <summary>How far its wall clock is ahead.</summary>
    public TimeSpan ClockOffset { get; set; }

    internal SimulatedRun? Run { get; set; }

    /// <summary>Whether it was removed from the cluster: it never starts again.</summary>
    internal bool IsRemoved { get; set; }

    /// <summary>Whether it was started before.</summary>
    internal bool HasRun { get; set; }

    internal ObjectRegistry Registry { get; private set; }

    /// <summary>Starts a new run: empty, with a new identity.</summary>
    public void Start() => _cluster.Start(this);

    /// <summary>Starts a new run of another version of the app, with other objects registered.</summary>
    /// <param name="objects">Registers the objects.</param>
    public void Start(Action<IPeerReplicaBuilder> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        Registry = SimulatedCluster.Register(objects);
        Start();
    }

    /// <summary>Ends the run at once: what it had not sent is lost.</summary>
    public void Crash() => _cluster.Crash(this);

    /// <summary>Ends the run in good order: it hands over what it has and leaves.</summary>
    public void Stop() => _cluster.Stop(this);

    /// <summary>Makes the run stand still, as SIGSTOP does.</summary>
    public void Pause()
    {
        if (Run is { } run) run.IsPaused = true;
    }

    /// <summary>Lets the run go on.</summary>
    public void Resume() => _cluster.Resume(this);
}
