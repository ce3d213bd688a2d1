using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.Laws;

/// <summary>A store against itself, the slow way: vector, logs, counts and hash say what the entries say. For stores of opaque objects.</summary>
internal static class StoreAudit
{
    public static IEnumerable<Record> Records(Store store)
    {
        foreach (var replicated in store.Objects.Cast<OpaqueObject>())
        {
            foreach (var entry in replicated.Entries)
            {
                for (var record = entry.Components; record is not null; record = record.NextComponent) yield return record;
            }
        }
    }

    public static void Check(Store store)
    {
        var hash = 0UL;
        var live = 0L;
        var records = Records(store).ToList();
        foreach (var record in records)
        {
            Assert.True(store.Vector.Contains(record.Dot), $"{record.Dot} lies past the vector");
            Assert.False(record.IsMentioned, $"{record.Dot} would pass for mentioned in the next full state");
            if (!record.IsLive) continue;
            live++;
            hash += HashOf(store, record);
        }

        Assert.Equal(hash, store.Hash);
        Assert.Equal(live, store.LiveRecords);
        Assert.Equal(records.Count - live, store.Tombstones);
        var byOrigin = records.ToLookup(r => r.Origin);
        for (var origin = 0; origin < store.Origins.Count; origin++)
        {
            var logged = new List<Record>();
            for (var record = store.Log(origin).Head; record is not null; record = record.LogNext) logged.Add(record);
            Assert.Equal(byOrigin[origin].OrderBy(r => r.Sequence), logged);
        }
    }

    private static ulong HashOf(Store store, Record record)
    {
        var key = new FrameBuffer();
        record.Parent.EncodeKey(key);
        var identity = ContentHash.OfObject(record.Parent.Object);
        return ContentHash.OfRecord(identity, key.Written, store.Origins[record.Origin], record.Sequence, record.Payload);
    }
}
