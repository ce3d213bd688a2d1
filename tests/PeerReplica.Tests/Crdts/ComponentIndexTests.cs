using PeerReplica.Causality;
using PeerReplica.Crdts;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.Crdts;

/// <summary>The index of an entry with many records, against the walk over all of them that it saves.</summary>
public sealed class ComponentIndexTests
{
    [Fact]
    public void Large_entry_has_an_index_and_loses_it_when_few_records_are_left()
    {
        var entry = new PlainEntry();
        for (var origin = 1; origin <= ComponentIndex.BuiltAbove + 1; origin++) Merge(entry, origin);
        Assert.Null(entry.Index);
        Merge(entry, 1_000);
        Assert.NotNull(entry.Index);
        foreach (var record in entry.All.Take(ComponentIndex.BuiltAbove + 2 - ComponentIndex.DroppedBelow)) Components.Remove(entry, record);
        Assert.Equal((ComponentIndex.DroppedBelow, 1), (entry.All.Count, entry.Owner.IndexedEntries));
        Components.Remove(entry, entry.All[0]);
        Assert.Equal((ComponentIndex.DroppedBelow - 1, 0), (entry.All.Count, entry.Owner.IndexedEntries));
        Assert.Null(entry.Index);
    }

    [Fact]
    public void Large_entry_says_what_a_walk_over_its_records_says()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var model = new SortedDictionary<int, Modeled>();
            var (entry, origins) = (new PlainEntry(), new OriginTable(new ReplicaId(500)));
            for (var origin = 1; origin < 100; origin++) origins.IndexOf(new ReplicaId((UInt128)random.Next(1_000, 1_000_000)));
            var (sequences, everObserved) = (new ulong[origins.Count], new ulong[origins.Count]);
            for (var step = 0; step < 300; step++)
            {
                var origin = random.Next(origins.Count);
                switch (random.Next(12))
                {
                    case 0 when entry.Component(origin) is { } record && (step > 200 || random.Next(4) == 0):
                        Components.Remove(entry, record);
                        model.Remove(origin);
                        if (entry.Components is not null) Components.TakeIn(entry);
                        break;
                    case 1 when entry.Component(origin) is { IsDead: false } record:
                        record.Die(new Dot(origin, 1));
                        model[origin].IsDead = true;
                        break;
                    default:
                        Merge(entry, model, random, origin, sequences[origin] += (ulong)random.Next(1, 3), everObserved);
                        break;
                }

                Compare(entry, model, origins, everObserved);
            }
        }
    }

    private static void Merge(PlainEntry entry, int origin) => entry.Merge(PlainEntry.Write(origin, 1), out _);

    private static void Merge(
        PlainEntry entry, SortedDictionary<int, Modeled> model, Random random, int origin, ulong sequence, ulong[] everObserved)
    {
        // As replicas observe: what was observed once is observed by every later write of the same origin.
        var seen = model.TryGetValue(origin, out var earlier) ? new Dictionary<int, ulong>(earlier.Observed) : [];
        foreach (var (other, modeled) in model)
        {
            if (other != origin && random.Next(12) == 0) seen[other] = modeled.Sequence + (ulong)random.Next(2);
        }

        foreach (var (other, to) in seen) everObserved[other] = Math.Max(everObserved[other], to);
        var added = new Modeled(sequence, new HybridTimestamp((ulong)random.Next(200)), random.Next(5) == 0, seen);
        added.IsDead = model.Any(m => m.Key != origin && m.Value.Observed.TryGetValue(origin, out var to) && sequence <= to);
        foreach (var (other, modeled) in model)
        {
            if (other != origin && seen.TryGetValue(other, out var to) && modeled.Sequence <= to) modeled.IsDead = true;
        }

        model[origin] = added;
        var write = PlainEntry.Write(origin, sequence, added.Stamp, [1], [.. seen.Select(s => new Dot(s.Key, s.Value))]);
        if (added.IsRemoval) write.Payload = null;
        entry.Merge(write, out _);
    }

    private static void Compare(PlainEntry entry, SortedDictionary<int, Modeled> model, OriginTable origins, ulong[] everObserved)
    {
        var all = entry.All;
        Assert.Equal(model.Count, all.Count);
        Record? last = null;
        foreach (var record in all)
        {
            Assert.Same(record, entry.Component(record.Origin));
            Assert.Equal(model[record.Origin].Sequence, record.Sequence);

            // The index remembers what a record that has left had observed.
            if (model[record.Origin].IsDead) Assert.True(record.IsDead);
            else if (record.IsDead) Assert.InRange(record.Sequence, 0UL, everObserved[record.Origin]);
            if (record.IsLive && (last is null || Components.IsLater(record, last, origins))) last = record;
        }

        Assert.Same(last, Components.LastWriter(entry, origins));
    }

    private sealed class Modeled(ulong sequence, HybridTimestamp stamp, bool isRemoval, Dictionary<int, ulong> observed)
    {
        public ulong Sequence { get; } = sequence;

        public HybridTimestamp Stamp { get; } = stamp;

        public bool IsRemoval { get; } = isRemoval;

        public Dictionary<int, ulong> Observed { get; } = observed;

        public bool IsDead { get; set; }
    }
}
