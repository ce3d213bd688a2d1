using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>What honest replicas believe of each other, compared with what is so.</summary>
internal sealed class HonestBeliefs(SimulatedCluster cluster, SimulatedReplica liar)
{
    /// <summary>The runs that are honest.</summary>
    public IEnumerable<SimulatedRun> Honest => cluster.Running.Where(r => r.Machine != liar && r.Node.Host.IsStarted);

    /// <summary>
    /// Whether all honest replicas are linked with each other, and the cluster is formed: from then on each has the others' own word. A liar
    /// among those that are to form it can keep them from that.
    /// </summary>
    public bool AreReady() => Honest.Count() == cluster.Replicas.Count - 1 && Honest.All(run => Honest.All(other => run == other || IsLinked(run, other)));

    private static bool IsLinked(SimulatedRun run, SimulatedRun other) =>
        run.Node.Host.Core is { IsSynced: true, Escrow.View: { Slot: > 1 } } && run.Node.Host.Core.Links.Any(l => l.IsOpen && l.StatusReceived && l.Peer!.Id == other.Id);

    /// <summary>Throws if an honest replica believes a lie about another honest one.</summary>
    public void MustBeTrue()
    {
        foreach (var run in Honest)
        {
            foreach (var other in Honest)
            {
                if (run.Node.Host.Core.Escrow.View.IsEnded(run.Id)) throw Failure($"{run.Machine.NodeName} takes itself for ended");
                if (run != other && Find(run, other) is { } lie) throw Failure($"{run.Machine.NodeName} {lie} {other.Machine.NodeName}");
            }

            foreach (var voter in run.Node.Host.Core.Escrow.View.Voters)
            {
                if (!cluster.Running.Any(r => r.Id == voter)) throw Failure($"{run.Machine.NodeName} goes by a voter that does not exist: {voter}");
            }
        }
    }

    /// <summary>Runs until all honest replicas hold the same.</summary>
    public void RunUntilEqual(TimeSpan within)
    {
        try
        {
            cluster.RunUntil(AreEqual, within);
        }
        catch (SimulationException)
        {
            throw Failure($"the honest replicas are not equal after {within.TotalSeconds} s: {string.Join("; ", Honest.Select(Describe))}{Differences()}");
        }

        MustBeTrue();
    }

    private bool AreEqual()
    {
        Store? first = null;
        foreach (var run in Honest)
        {
            var store = run.Node.Host.Core.Store;
            first ??= store;
            if (run.Node.Host.HasUnpublished || store.Hash != first.Hash || VectorHash(store) != VectorHash(first)) return false;
        }

        return true;
    }

    private string? Find(SimulatedRun run, SimulatedRun other)
    {
        var (core, truth) = (run.Node.Host.Core, other.Node.Host.Core.Store);
        if (core.Store.Origins.TryGetIndex(other.Id, out var origin) && core.Store.Vector[origin] > truth.Vector[Causality.OriginTable.Self])
            return $"believes {core.Store.Vector[origin] - truth.Vector[Causality.OriginTable.Self]} changes that were never made by";
        if (core.Escrow.View.IsEnded(other.Id)) return "takes for ended";
        if (core.Escrow.View.ClosingOf(other.Id) is not null) return "has closed the account of";
        if (core.Quarantine.Find(cluster.Network.IdentityOf!(other.Machine.Address).Name) is { } kept) return $"has, since '{kept.Detail}', kept out";
        if (core.Members.FirstOrDefault(m => m.Id == other.Id) is { } member && member.Address != other.Machine.Address) return "has a false address of";
        if (liar.Run is { } lying && core.Escrow.View.ConsensusRecordOf(lying.Id)?.NodeName == other.Machine.NodeName) return "takes the liar for";
        return Differs(core, other, ForgedTransfer.Tickets, "account") ?? Differs(core, other, ForgedTransfer.Consensus, "consensus record");
    }

    /// <summary>Whether a record is missing, or says other than its author's with the same sequence.</summary>
    private static string? Differs(ReplicaCore core, SimulatedRun other, ObjectIdentity identity, string what)
    {
        var name = new EscrowName(ObjectKind.BoundedCounter, "tickets");
        var isKnown = identity.Kind == ObjectKind.Consensus ? core.Escrow.View.ConsensusRecordOf(other.Id) is not null
            : !ReferenceEquals(core.Escrow.View.AccountOf(name, other.Id), AccountRecord.Empty);
        if (!isKnown) return null;
        var told = core.Store.Origins.TryGetIndex(other.Id, out var origin) ? core.Store.ObjectOf(identity).Find(ForgedTransfer.Nil)?.Component(origin) : null;
        if (told is not { IsLive: true }) return $"has lost the {what} of";
        var own = other.Node.Host.Core.Store.ObjectOf(identity).Find(ForgedTransfer.Nil)?.Component(Causality.OriginTable.Self);
        return own is not null && own.Sequence == told.Sequence && own.Hash != told.Hash ? $"has an altered {what} of" : null;
    }

    private static ulong VectorHash(Store store) => ContentHash.OfVector(store.Vector, store.Origins);

    private static string Describe(SimulatedRun run)
    {
        var core = run.Node.Host.Core;
        var vector = Enumerable.Range(0, core.Store.Origins.Count).Where(o => core.Store.Vector[o] > 0).Select(o => $"{core.Store.Origins[o].ToShortString()}:{core.Store.Vector[o]}");
        return $"{run.Machine.NodeName} {run.Id.ToShortString()} {core.Store.Hash:x16} {string.Join(' ', vector.Order(StringComparer.Ordinal))}, {core.Links.Count(l => l.IsOpen)} links";
    }

    /// <summary>The records in which the first honest replica and the others differ.</summary>
    private string Differences()
    {
        var first = Records(Honest.First()).ToHashSet();
        return string.Concat(Honest.Skip(1).Select(run =>
        {
            var others = Records(run).ToHashSet();
            return $"\n  {run.Machine.NodeName} lacks {string.Join(", ", first.Except(others).Take(6))} and has {string.Join(", ", others.Except(first).Take(6))}";
        }));
    }

    private static IEnumerable<string> Records(SimulatedRun run)
    {
        var store = run.Node.Host.Core.Store;
        for (var origin = 0; origin < store.Origins.Count; origin++)
        {
            for (var record = store.Log(origin).Head; record is not null; record = record.LogNext)
                yield return $"{record.Parent.Object.Name} ({store.Origins[origin].ToShortString()}, {record.Sequence}) {record.Hash:x4}{(record.IsLive ? "" : " dead")}";
        }
    }

    private SimulationException Failure(string message) => new(message, cluster.Seed, cluster.Now);
}
