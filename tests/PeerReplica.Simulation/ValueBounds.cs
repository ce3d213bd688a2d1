using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// The bounded counter's true value, from what each owner's budgets say at this moment and not from what replicas know of each other: it lies between floor and ceiling at all times.
/// </summary>
/// <param name="hasCeiling">Whether the ceiling is the capacity; grants raise both.</param>
internal sealed class ValueBounds(bool hasCeiling)
{
    private static readonly EscrowName s_name = new(Crdts.ObjectKind.BoundedCounter, "tickets");
    private readonly Dictionary<ReplicaId, Taken> _accounts = [];
    private readonly Dictionary<ReplicaId, SimulatedRun> _runs = [];

    /// <summary>What was taken at one account, at least and at most. While the account is open the two are equal.</summary>
    private sealed record Taken(ReplicaId BootstrapId, long Least, long Most);

    /// <summary>What is wrong with the value; null when nothing is.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="grantedUnder">What was granted under a bootstrap, from the floor on.</param>
    public string? Check(SimulatedCluster cluster, Func<ReplicaId, long?> grantedUnder)
    {
        foreach (var run in cluster.Running) _runs[run.Id] = run;
        EscrowView[] views = [.. cluster.Running.Select(r => r.Node.Host.Core.Escrow.View)];
        foreach (var run in _runs.Values.ToArray())
        {
            if (Array.Exists(views, v => v.ClosingOf(run.Id) is not null)) NoteClosed(run.Id, views);
            else NoteOwn(run);
        }

        foreach (var accounts in _accounts.Values.GroupBy(a => a.BootstrapId))
        {
            if (grantedUnder(accounts.Key) is not { } granted) continue;
            var (least, most) = (accounts.Sum(a => a.Least), accounts.Sum(a => a.Most));
            if (least > granted) return $"the value is {granted - least}, below its floor of 0";
            if (hasCeiling && most < 0) return $"the value is {-most} above its ceiling";
        }

        return null;
    }

    /// <summary>
    /// An owner that has ended still has the books it ended with. What others know of them is older: it may have taken, and also
    /// returned, since.
    /// </summary>
    private void NoteOwn(SimulatedRun run)
    {
        var escrow = run.Node.Host.Core.Escrow;
        if (!escrow.View.IsFormed || escrow.Accounts.FirstOrDefault(a => a.Port.Name.Name == "tickets") is not { } account) return;
        _accounts[run.Id] = new Taken(escrow.View.BootstrapId, account.Net, account.Net);
    }

    /// <summary>
    /// Where the account is closed its holds are the successor's: they are free again, or taken once more, whatever its owner's net
    /// says, and a replica that does not know of that yet counts too much; what it took at least is then the least that any
    /// replica knows.
    /// </summary>
    private void NoteClosed(ReplicaId id, EscrowView[] views)
    {
        long? least = null;
        var bootstrapId = Array.Find(views, v => v.ClosingOf(id) is not null)!.BootstrapId;
        foreach (var view in views)
        {
            if (view.AccountsOf(s_name)?.GetValueOrDefault(id) is not { } record) continue;
            var known = _accounts.GetValueOrDefault(id) ?? new Taken(bootstrapId, long.MinValue, record.Down.Net);
            least = Math.Min(least ?? long.MaxValue, record.Down.Net - record.Held - view.ReservationsOf(s_name).HoldsOf(id).Void);
            _accounts[id] = known with { Most = Math.Max(known.Most, record.Down.Net) };
        }

        if (least is not null) _accounts[id] = _accounts[id] with { Least = least.Value };
    }
}
