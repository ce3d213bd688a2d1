using PeerReplica.Crdts;
using PeerReplica.Replication;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.Replication;

/// <summary>One origin's change log against a sorted set, over seeded random operations.</summary>
public sealed class OriginLogTests
{
    [Fact]
    public void Settled_log_is_the_sorted_set_of_its_records()
    {
        var random = new Random(8);
        for (var round = 0; round < 300; round++)
        {
            var (log, model) = (new OriginLog(), new SortedList<ulong, Record>());
            for (var step = 0; step < 40; step++)
            {
                var sequence = (ulong)random.Next(1, 60);
                if (model.TryGetValue(sequence, out var known))
                {
                    log.Unlink(known);
                    model.Remove(sequence);
                    MustBeUnlinked(known);
                }
                else
                {
                    var record = new DetachedRecord { Sequence = sequence };
                    log.Insert(record);
                    model.Add(sequence, record);
                }

                if (random.Next(4) > 0) continue;
                log.Settle();
                MustBe(log, model);
            }

            log.Settle();
            MustBe(log, model);
        }
    }

    [Fact]
    public void Record_is_found_by_its_exact_sequence_whether_late_or_not()
    {
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            var (log, model) = (new OriginLog(), new Dictionary<ulong, Record>());
            for (var step = 0; step < 30; step++)
            {
                var sequence = (ulong)random.Next(1, 40);
                if (model.Remove(sequence, out var known)) log.Unlink(known);
                else log.Insert(model[sequence] = new DetachedRecord { Sequence = sequence });
                var asked = (ulong)random.Next(1, 45);
                Assert.Same(model.GetValueOrDefault(asked), log.Find(asked));
            }
        }
    }

    [Fact]
    public void Record_below_the_tail_is_late_until_the_log_is_settled()
    {
        var log = new OriginLog();
        var (first, second, third) =
            (new DetachedRecord { Sequence = 1 }, new DetachedRecord { Sequence = 2 }, new DetachedRecord { Sequence = 3 });
        log.Insert(first);
        log.Insert(third);
        Assert.True(log.IsSettled);
        log.Insert(second);
        Assert.True(second.IsLate);
        Assert.False(log.IsSettled);
        Assert.Same(third, log.After(1));
        log.Settle();
        Assert.False(second.IsLate);
        Assert.True(log.IsSettled);
        Assert.Same(second, log.After(1));
    }

    [Fact]
    public void Lookup_leaves_the_log_unsettled_until_its_index_is_dropped()
    {
        var log = new OriginLog();
        log.Insert(new DetachedRecord { Sequence = 5 });
        Assert.Null(log.Find(6));
        Assert.True(log.IsSettled);
        Assert.NotNull(log.Find(5));
        Assert.False(log.IsSettled);
        log.Settle();
        Assert.True(log.IsSettled);
    }

    [Fact]
    public void Replacement_stands_where_the_record_stood()
    {
        for (var replaced = 0; replaced < 3; replaced++)
        {
            var log = new OriginLog();
            var records = Enumerable.Range(1, 3).Select(i => new DetachedRecord { Sequence = (ulong)i }).ToArray();
            foreach (var record in records) log.Insert(record);
            var replacement = new DetachedRecord { Sequence = records[replaced].Sequence };
            log.Replace(records[replaced], replacement);
            MustBeUnlinked(records[replaced]);
            records[replaced] = replacement;
            MustBe(log, new SortedList<ulong, Record>(records.ToDictionary(r => r.Sequence, r => (Record)r)));
        }
    }

    [Fact]
    public void Looking_at_the_newest_records_costs_a_step_for_each_of_them()
    {
        var log = new OriginLog();
        for (var i = 1UL; i <= 1_000; i++) log.Insert(new DetachedRecord { Sequence = i });
        Assert.Equal(0, log.Steps);
        Assert.Equal(991UL, log.After(990)!.Sequence);
        Assert.Equal(10, log.Steps);
        Assert.Equal(1UL, log.After(0)!.Sequence);
        Assert.Equal(10, log.Steps);
    }

    [Fact]
    public void Sequence_number_that_stands_twice_in_a_log_is_a_broken_invariant()
    {
        var log = new OriginLog();
        log.Insert(new DetachedRecord { Sequence = 5 });
        log.Insert(new DetachedRecord { Sequence = 5 });
        var broken = Assert.Throws<BrokenInvariantException>(log.Settle);
        Assert.Contains("(5)", broken.Message, StringComparison.Ordinal);
    }

    private static void MustBe(OriginLog log, SortedList<ulong, Record> model)
    {
        var (forward, backward) = (new List<Record>(), new List<Record>());
        for (var record = log.Head; record is not null; record = record.LogNext) forward.Add(record);
        for (var record = log.Tail; record is not null; record = record.LogPrevious) backward.Add(record);
        Assert.Equal(model.Values, forward);
        Assert.Equal(model.Values.Reverse(), backward);
        Assert.All(forward, r => Assert.False(r.IsLate));
        for (var after = 0UL; after < 62; after++)
            Assert.Same(model.Values.FirstOrDefault(r => r.Sequence > after), log.After(after));
    }

    private static void MustBeUnlinked(Record record)
    {
        Assert.Null(record.LogPrevious);
        Assert.Null(record.LogNext);
        Assert.False(record.IsLate);
    }
}
