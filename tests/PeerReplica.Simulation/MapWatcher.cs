using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>Follows a map by its changes alone, and must end with what the map holds.</summary>
internal sealed class MapWatcher
{
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedReplica _machine;
    private readonly IPeerReplica _run;
    private readonly IReplicatedMap<int, string> _map;
    private readonly Dictionary<int, string> _seen = [];

    public MapWatcher(SimulatedCluster cluster, SimulatedReplica machine)
    {
        _cluster = cluster;
        _machine = machine;
        _run = machine.Replica;
        _map = _run.GetMap<int, string>("carts");
        cluster.Begin(FollowAsync);
    }

    public void MustAgree()
    {
        if (!_machine.IsRunning || _machine.Replica != _run) return;
        var wrong = _map.Count != _seen.Count || _map.Any(p => _seen.GetValueOrDefault(p.Key) != p.Value);
        if (wrong) throw new SimulationException($"the watcher of {_machine.NodeName} ended with something else than the map", _cluster.Seed, _cluster.Now);
    }

    private async Task FollowAsync()
    {
        await foreach (var change in _map.WatchAsync(WatchStart.Changes))
        {
            if (change.Kind == MapChangeKind.Set) _seen[change.Key] = change.Value!;
            else if (change.Kind == MapChangeKind.Removed) _seen.Remove(change.Key);
        }
    }
}
