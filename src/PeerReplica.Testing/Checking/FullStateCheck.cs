using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Testing.Checking;

/// <summary>
/// Whether a replica that all others know, and that nobody has forgotten, can do without the full state: no other's floor
/// passes its vector, and it asks for no full state. One that it asked for before may still arrive, also twice.
/// </summary>
internal sealed class FullStateCheck
{
    private readonly HashSet<ReplicaId> _forgotten = [];

    /// <summary>
    /// The runs that all others have as members and that contain all that was collected, with how many full states they had
    /// asked for by then.
    /// </summary>
    private readonly Dictionary<ReplicaId, long> _settled = [];

    /// <summary>Runs by their ids, also those that have ended: what they sent last may still arrive.</summary>
    private readonly Dictionary<ReplicaId, SimulatedRun> _runs = [];

    /// <summary>
    /// A run starts: until it knows the others they may lack what it collects, alone or among those that it knows, and whoever takes a full state from it hands that on.
    /// </summary>
    public void Started() => _settled.Clear();

    /// <summary>Notes who is removed from the list of members: who leaves is not waited for either.</summary>
    public void Note(Record record)
    {
        if (!record.IsRemoval || record.Parent is not OpaqueEntry { Object.Kind: ObjectKind.Members } entry) return;
        var id = MembersObject.IdOf(entry);
        _forgotten.Add(id);
        _settled.Remove(id);
    }

    /// <summary>Returns what is wrong with one run, or null.</summary>
    public string? Find(SimulatedRun run, SimulatedRun[] running)
    {
        foreach (var other in running) _runs[other.Id] = other;
        if (_forgotten.Contains(run.Id)) return null;
        var core = run.Node.Host.Core;
        var ended = core.Links.Where(l => l.Peer is not null && _runs.TryGetValue(l.Peer.Id, out var peer) && !running.Contains(peer)).Select(l => _runs[l.Peer!.Id]);
        if (!_settled.TryGetValue(run.Id, out var requested))
        {
            if (core.Links.All(l => l.Peer is not null) && running.Concat(ended).All(other => other == run || (IsKnown(core, other) && Missed(core, other) is null)))
                _settled.Add(run.Id, core.Counters.FullStatesRequested);
            return null;
        }

        if (core.Counters.FullStatesRequested > requested) return "it asked for a full state although it was not forgotten";
        foreach (var other in running)
        {
            if (other != run && Missed(core, other) is { } missed) return $"{other.Machine.NodeName} may have collected what it lacks: {missed}";
        }

        return null;
    }

    private static bool IsKnown(ReplicaCore core, SimulatedRun other) => other.Node.Host.IsStarted && other.Node.Host.Core.Members.Any(m => m.Id == core.Self);

    private static string? Missed(ReplicaCore core, SimulatedRun other)
    {
        if (!other.Node.Host.IsStarted) return null;
        var theirs = other.Node.Host.Core.Store;
        for (var origin = 0; origin < theirs.Floor.Length; origin++)
        {
            if (theirs.Floor[origin] == 0) continue;
            var contained = core.Store.Origins.TryGetIndex(theirs.Origins[origin], out var index) ? core.Store.Vector[index] : 0;
            if (contained < theirs.Floor[origin]) return $"the floor is at ({theirs.Origins[origin].ToShortString()}, {theirs.Floor[origin]}), this replica contains {contained}";
        }

        return null;
    }
}
