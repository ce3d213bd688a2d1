using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Testing.Checking;

/// <summary>Whether anybody is believed to contain what it does not: a version vector never lies, also when it travels.</summary>
internal static class LinkCheck
{
    /// <summary>Returns what is wrong, or null.</summary>
    public static string? Find(SimulatedRun run, IReadOnlyDictionary<ReplicaId, SimulatedRun> runs)
    {
        var core = run.Node.Host.Core;
        foreach (var link in core.Links)
        {
            if (link.IsOpen && Overstated(core.Store, link.Known, link.Peer!.Id, runs) is { } fault) return fault;
        }

        foreach (var member in core.Members)
        {
            if (Overstated(core.Store, member.Row, member.Id, runs) is { } fault) return fault;
        }

        return null;
    }

    private static string? Overstated(Store store, VersionVector known, ReplicaId peer, IReadOnlyDictionary<ReplicaId, SimulatedRun> runs)
    {
        if (!runs.TryGetValue(peer, out var run) || !run.Node.Host.IsStarted) return null;
        var theirs = run.Node.Host.Core.Store;
        for (var origin = 0; origin < known.Length; origin++)
        {
            if (known[origin] == 0) continue;
            var id = store.Origins[origin];
            var contained = theirs.Origins.TryGetIndex(id, out var index) ? theirs.Vector[index] : 0;
            if (contained < known[origin])
                return $"it believes that {run.Machine.NodeName} contains ({id.ToShortString()}, {known[origin]}); that has {contained}";
        }

        return null;
    }
}
