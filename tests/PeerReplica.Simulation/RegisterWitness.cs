using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// Writes unique values to a multi-value register and notes which values the app had read before each write. From that alone, without any version, it judges what the register
/// holds in the end: a value that a later write had seen is gone, one that no write had seen is still there.
/// </summary>
internal sealed class RegisterWitness(SimulatedCluster cluster)
{
    private readonly List<(SimulatedRun Run, int Value, HashSet<int> Seen)> _writes = [];
    private int _last;

    public static IMultiValueRegister<int> Register(IPeerReplica replica) => replica.GetMultiValueRegister<int>("conflicted");

    public void Set(SimulatedRun run)
    {
        Note(run, ++_last);
        Register(run.Node).Set(_last);
    }

    public void Clear(SimulatedRun run)
    {
        // Nothing is written where nothing is visible.
        if (Register(run.Node).Values.Count > 0) Note(run, 0);
        Register(run.Node).Clear();
    }

    /// <summary>What is wrong with the register once all replicas are equal; null when nothing is.</summary>
    public string? Judge(IPeerReplica replica)
    {
        var visible = Register(replica).Values.ToHashSet();
        for (var i = 0; i < _writes.Count; i++)
        {
            var (run, value, _) = _writes[i];
            if (value == 0) continue;
            var later = _writes.Skip(i + 1).Where(w => w.Run == run || w.Seen.Contains(value));

            // What a run wrote that ended may be lost; then nothing follows from it.
            if (visible.Contains(value) && later.Any(w => IsAlive(w.Run)))
                return $"the register still shows {value} of {run.Machine.NodeName}, which a later write had seen";
            if (!visible.Contains(value) && IsAlive(run) && !later.Any())
                return $"the register does not show {value} of {run.Machine.NodeName}, which no other write had seen";
        }

        return visible.IsSubsetOf(_writes.Select(w => w.Value)) ? null : "the register shows a value that nobody wrote";
    }

    private bool IsAlive(SimulatedRun run) => cluster.Running.Contains(run);

    private void Note(SimulatedRun run, int value) => _writes.Add((run, value, [.. Register(run.Node).Values]));
}
