using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// What runs that ended may leave in doubt, as their customers know it: the limit of an account is beyond its net by the allowance, or by what waits; and what is decided too late about a
/// hold binds its units forever.
/// </summary>
internal sealed class InDoubt(SimulatedCluster cluster)
{
    private readonly Dictionary<ReplicaId, Run> _runs = [];

    private sealed class Run
    {
        public long Waiting;
        public long MostWaiting;
        public long Held;
        public bool WasAlone;
    }

    /// <summary>Called often, so that no run is overlooked.</summary>
    public void Look()
    {
        foreach (var run in cluster.Running) Of(run).WasAlone |= run.Node.Host.IsStarted && run.Node.Host.Core.Escrow.View.Voters is [_];
    }

    /// <summary>Somebody waits for units until what is returned is disposed of.</summary>
    public IDisposable Wait(SimulatedRun run, long amount)
    {
        var known = Of(run);
        known.Waiting += amount;
        known.MostWaiting = Math.Max(known.MostWaiting, known.Waiting);
        return new Waiting(known, amount);
    }

    public void Held(SimulatedRun run, long amount) => Of(run).Held += amount;

    /// <summary>What all runs that have ended may leave at most; null where one of them was the only voter: its limit was all its rights.</summary>
    public long? Most(long allowance)
    {
        var ended = _runs.Where(r => cluster.Running.All(run => run.Id != r.Key)).Select(r => r.Value).ToArray();
        return ended.Any(r => r.WasAlone) ? null : ended.Sum(r => Math.Max(allowance, r.MostWaiting) + r.Held);
    }

    private Run Of(SimulatedRun run)
    {
        if (!_runs.TryGetValue(run.Id, out var known)) _runs.Add(run.Id, known = new Run());
        return known;
    }

    private sealed class Waiting(Run run, long amount) : IDisposable
    {
        public void Dispose() => run.Waiting -= amount;
    }
}
