using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Testing.Checking;

/// <summary>
/// What apps could see when they wrote, independent of what the library says that a write observed: whoever writes for an app notes the replica's vector at that moment.
/// A published write has observed nothing that came later, and everything that was visible.
/// </summary>
internal sealed class Observations
{
    private readonly Dictionary<(ReplicaId Run, string Object, string Key), VersionVector> _seen = [];

    /// <summary>Notes that an app is about to write an entry. Only the last write before the next publication counts: nothing arrives in between.</summary>
    /// <param name="run">The run that it writes on.</param>
    /// <param name="name">The object's name. Its entries have no time to live: expiry writes without an app.</param>
    /// <param name="key">The encoded key.</param>
    public void Note(SimulatedRun run, string name, ReadOnlySpan<byte> key) =>
        _seen[(run.Id, name, Convert.ToHexString(key))] = run.Node.Host.Core.Store.Vector.Copy();

    /// <summary>Judges a write that is published, before the history contains it. Returns what is wrong, or null.</summary>
    public string? Find(SimulatedRun run, Store store, Record record, EntryHistory? entry)
    {
        if (_seen.Count == 0 || entry is null || !_seen.Remove((run.Id, entry.Identity.Name, Convert.ToHexString(entry.Key)), out var seen)) return null;
        foreach (var dot in record.Observed ?? [])
        {
            if (dot.Sequence > seen[dot.Origin])
                return $"a write to '{entry.Identity.Name}' claims to have observed ({store.Origins[dot.Origin].ToShortString()}, {dot.Sequence}), which came after the app had written";
        }

        foreach (var visible in Live(entry, store, seen))
        {
            if (visible.Origin == run.Id || ObservedDots.Covers(record.Observed, store.Origins.IndexOf(visible.Origin), visible.Sequence)) continue;

            // A full state may have removed it meanwhile.
            if (Live(entry, store, store.Vector).Contains(visible))
                return $"a write to '{entry.Identity.Name}' has not observed ({visible.Origin.ToShortString()}, {visible.Sequence}), which the app could see when it wrote";
        }

        return null;
    }

    private static List<HistoryRecord> Live(EntryHistory entry, Store store, VersionVector vector) =>
        entry.LiveUnder(id => store.Origins.TryGetIndex(id, out var origin) ? vector[origin] : 0);
}
