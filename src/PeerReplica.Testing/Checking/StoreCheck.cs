using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Testing.Checking;

/// <summary>Whether what a replica holds and shows is exactly what its version vector stands for.</summary>
internal static class StoreCheck
{
    /// <summary>Returns what is wrong, or null.</summary>
    public static string? Find(SimulatedRun run, History history)
    {
        var store = run.Node.Host.Core.Store;
        var held = Held(store, history, out var hash, out var stranger);
        if (stranger is not null) return stranger;
        if (hash != store.Hash) return $"its content hash is {store.Hash:x16}; its content's is {hash:x16}";
        foreach (var entry in history.Entries)
        {
            var expected = entry.LiveUnder(origin => store.Origins.TryGetIndex(origin, out var index) ? store.Vector[index] : 0);
            held.TryGetValue(entry, out var actual);
            if (Difference(entry, expected, actual ?? [], store) is { } difference) return difference;
            var records = actual ?? [];
            if (records.Count > 0 && ViewFault(store, entry, expected, records) is { } fault) return fault;
        }

        return null;
    }

    /// <summary>The live records that are here, by entry, and the sum of their hashes.</summary>
    private static Dictionary<EntryHistory, List<Record>> Held(Store store, History history, out ulong hash, out string? stranger)
    {
        var held = new Dictionary<EntryHistory, List<Record>>();
        hash = 0;
        stranger = null;
        for (var origin = 0; origin < store.Origins.Count; origin++)
        {
            for (var record = store.Log(origin).Head; record is not null; record = record.LogNext)
            {
                if (!record.IsLive) continue;
                if (history.Find(record.Parent) is not { } entry)
                {
                    stranger = $"it holds an entry of '{record.Parent.Object.Name}' that nobody ever wrote";
                    return held;
                }

                hash += ContentHash.OfRecord(record.Parent.Owner.IdentityHash, entry.Key, store.Origins[origin], record.Sequence, Payloads.Of(record));
                if (!held.TryGetValue(entry, out var records)) held.Add(entry, records = []);
                records.Add(record);
            }
        }

        return held;
    }

    private static string? Difference(EntryHistory entry, List<HistoryRecord> expected, List<Record> actual, Store store)
    {
        foreach (var record in expected)
        {
            var found = actual.Find(r => store.Origins[r.Origin] == record.Origin);
            if (found is null || found.Sequence != record.Sequence)
                return $"{Name(entry)} lacks the change ({record.Origin.ToShortString()}, {record.Sequence}), which its vector claims; it has {found?.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"} of that origin";
            if (!Payloads.Of(found).AsSpan().SequenceEqual(record.Payload)) return $"{Name(entry)} has other bytes for ({record.Origin.ToShortString()}, {record.Sequence}) than were published";
        }

        if (actual.Count == expected.Count) return null;
        var extra = actual.Find(r => !expected.Exists(e => e.Origin == store.Origins[r.Origin]))!;
        return $"{Name(entry)} still shows ({store.Origins[extra.Origin].ToShortString()}, {extra.Sequence}), which its vector says was superseded or never came";
    }

    private static string? ViewFault(Store store, EntryHistory entry, List<HistoryRecord> expected, List<Record> actual)
    {
        switch (actual[0].Parent)
        {
            case ICounterView counter:
                var others = expected.Where(e => e.Origin != store.Origins[OriginTable.Self])
                    .Aggregate((Int128)0, (sum, e) => sum + Contribution(e.Payload));
                return counter.Others == others ? null : $"{Name(entry)} shows {counter.Others} as the others' sum; it is {others}";
            case IKeyedView keyed when !keyed.HasUnpublishedView && !actual.Exists(r => r.IsHeld):
                // What the object's validator refused here stays among the records, and readers do not see it.
                var winner = expected.Where(e => actual.Exists(r => r.IsShown && store.Origins[r.Origin] == e.Origin))
                    .MaxBy(e => (e.Stamp, e.Origin));
                var shown = keyed.View;
                if (winner is null) return shown is null ? null : $"{Name(entry)} shows what its validator refused";
                if (shown is not null && store.Origins[shown.Origin] == winner.Origin && shown.Sequence == winner.Sequence) return null;
                var what = shown is null ? "nothing" : $"({store.Origins[shown.Origin].ToShortString()}, {shown.Sequence})";
                return $"{Name(entry)} shows {what}; the last writer is ({winner.Origin.ToShortString()}, {winner.Sequence})";
            default:
                return null;
        }
    }

    private static long Contribution(byte[]? payload)
    {
        var reader = new SpanReader(payload);
        return reader.TryReadInt(out var amount) ? amount : 0;
    }

    private static string Name(EntryHistory entry) => $"entry {Convert.ToHexString(entry.Key)} of '{entry.Identity.Name}'";
}
