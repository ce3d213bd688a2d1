using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Tests.Crdts;

/// <summary>The merge of one entry's records, and the list that holds them.</summary>
public sealed class ComponentsTests
{
    [Fact]
    public void Record_that_another_observed_is_dead_in_whatever_order_they_arrive()
    {
        DetachedRecord[] Writes() =>
            [PlainEntry.Write(1, 1), PlainEntry.Write(2, 1, default, null, new Dot(1, 1)), PlainEntry.Write(3, 1)];
        foreach (var order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            var entry = new PlainEntry();
            var (died, killed) = (new List<Dot>(), 0);
            var writes = Writes();
            foreach (var i in order)
            {
                died.AddRange(entry.Merge(writes[i], out var count));
                killed += count;
            }

            Assert.Equal([1, 2, 3], entry.All.Select(r => r.Origin).Order());
            Assert.True(entry.Component(1)!.IsDead);
            Assert.Equal(new Dot(2, 1), entry.Component(1)!.Killer);
            Assert.False(entry.Component(2)!.IsDead);
            Assert.False(entry.Component(3)!.IsDead);

            // Only a record that was among the components before it was killed is reported.
            var isReported = Array.IndexOf(order, 0) < Array.IndexOf(order, 1);
            Assert.Equal(isReported ? [new Dot(1, 1)] : [], died);
            Assert.Equal(isReported ? 1 : 0, killed);
        }
    }

    [Fact]
    public void Later_record_than_the_observed_one_lives()
    {
        var entry = new PlainEntry();
        entry.Merge(PlainEntry.Write(2, 1, default, null, new Dot(1, 1)), out _);
        entry.Merge(PlainEntry.Write(1, 2), out var killed);
        Assert.Equal(0, killed);
        Assert.True(entry.Component(1)!.IsLive);
    }

    [Fact]
    public void Dead_record_is_not_killed_again()
    {
        var entry = new PlainEntry();
        entry.Merge(PlainEntry.Write(1, 1), out _);
        entry.Merge(PlainEntry.Write(2, 1, default, null, new Dot(1, 1)), out _);
        var died = entry.Merge(PlainEntry.Write(3, 1, default, null, new Dot(1, 1)), out var killed);
        Assert.Empty(died);
        Assert.Equal(0, killed);
        Assert.Equal(new Dot(2, 1), entry.Component(1)!.Killer);
    }

    [Fact]
    public void First_killer_of_a_late_arrival_stays_its_killer()
    {
        var entry = new PlainEntry();
        entry.Merge(PlainEntry.Write(2, 1, default, null, new Dot(1, 1)), out _);
        entry.Merge(PlainEntry.Write(3, 1, default, null, new Dot(1, 1)), out _);
        var first = entry.All[0].Dot;
        entry.Merge(PlainEntry.Write(1, 1), out _);
        Assert.Equal(first, entry.Component(1)!.Killer);
    }

    [Fact]
    public void Next_record_of_an_origin_takes_the_place_of_its_last_one()
    {
        var entry = new PlainEntry();
        entry.Merge(PlainEntry.Write(1, 1), out _);
        entry.Merge(PlainEntry.Write(2, 1), out _);
        var (first, second) = (entry.Component(1), entry.Component(2));
        entry.Merge(PlainEntry.Write(2, 2, default, [9]), out _);
        entry.Merge(PlainEntry.Write(1, 2, default, [8]), out _);
        Assert.Same(first, entry.Component(1));
        Assert.Same(second, entry.Component(2));
        Assert.Equal(2, entry.All.Count);
        Assert.Equal((2UL, 2UL), (first!.Sequence, second!.Sequence));
        Assert.Equal([8], first.Payload);
        Assert.Equal([9], second.Payload);
    }

    [Fact]
    public void Records_of_an_additive_entry_end_no_other()
    {
        var entry = new PlainEntry(isAdditive: true);
        entry.Merge(PlainEntry.Write(1, 1), out _);
        Assert.Empty(entry.Merge(PlainEntry.Write(2, 1, default, null, new Dot(1, 1)), out var killed));
        Assert.Equal(0, killed);
        Assert.All(entry.All, r => Assert.True(r.IsLive));
    }

    [Fact]
    public void First_record_stands_in_the_entry_unless_an_unpublished_write_does()
    {
        var entry = new PlainEntry();
        entry.Merge(PlainEntry.Write(1, 1), out _);
        entry.Merge(PlainEntry.Write(2, 1), out _);
        Assert.Same(entry, entry.Component(1));
        Assert.NotSame(entry, entry.Component(2));
        Assert.Same(entry, entry.Component(2)!.Parent);

        var taken = new PlainEntry { HasWriteInPlace = true };
        taken.Merge(PlainEntry.Write(1, 1), out _);
        Assert.False(taken.IsComponent);
        Assert.NotSame(taken, taken.Component(1));
        Assert.Single(taken.All);
    }

    [Fact]
    public void Removing_a_record_keeps_all_others_in_order()
    {
        for (var removed = 1; removed <= 4; removed++)
        {
            var entry = new PlainEntry();
            for (var origin = 1; origin <= 4; origin++) entry.Merge(PlainEntry.Write(origin, 1), out _);
            var before = entry.All;
            var record = entry.Component(removed)!;
            entry.Removals.Clear();
            Components.Remove(entry, record);
            Assert.Equal(before.Where(r => r != record), entry.All);
            Assert.False(record.IsComponent);
            Assert.Equal([(record, removed)], entry.Removals);
            if (record != entry) Assert.Null(record.NextComponent);
            Assert.Null(entry.Component(removed));
        }
    }

    [Fact]
    public void Free_entry_takes_in_the_first_record_beside_it()
    {
        var entry = new PlainEntry();
        for (var origin = 1; origin <= 3; origin++) entry.Merge(PlainEntry.Write(origin, 1), out _);
        Assert.Null(Components.TakeIn(entry));
        Components.Remove(entry, entry);
        var first = entry.All[0];
        entry.Removals.Clear();
        Assert.Same(first, Components.TakeIn(entry));
        Assert.True(entry.IsComponent);
        Assert.Equal(first.Dot, entry.Dot);
        Assert.Equal([2, 3], entry.All.Select(r => r.Origin).Order());
        Assert.Equal([(first, first.Origin)], entry.Removals);
    }

    [Fact]
    public void Entry_takes_in_nothing_where_nothing_stands_beside_it_or_a_write_stands_in_it()
    {
        var alone = new PlainEntry();
        Assert.Null(Components.TakeIn(alone));
        var taken = new PlainEntry { HasWriteInPlace = true };
        taken.Merge(PlainEntry.Write(1, 1), out _);
        Assert.Null(Components.TakeIn(taken));
        Assert.False(taken.IsComponent);
        Assert.Single(taken.All);
    }

    [Fact]
    public void Write_observes_every_other_origin_dead_or_alive()
    {
        var entry = new PlainEntry();
        Assert.Null(Components.Observe(entry, 1));
        entry.Merge(PlainEntry.Write(1, 5), out _);
        Assert.Null(Components.Observe(entry, 1));
        entry.Merge(PlainEntry.Write(2, 6), out _);
        entry.Merge(PlainEntry.Write(3, 7, default, null, new Dot(2, 6)), out _);
        Assert.Equal([new Dot(2, 6), new Dot(3, 7)], Components.Observe(entry, 1)!.OrderBy(d => d.Origin));
        Assert.Equal(
            [new Dot(1, 5), new Dot(2, 6), new Dot(3, 7)], Components.Observe(entry, 4)!.OrderBy(d => d.Origin));
    }

    [Fact]
    public void Last_writer_is_the_live_record_of_the_greatest_stamp_and_then_of_the_greatest_origin()
    {
        // Local indices are the reverse of the ids' order: the ids decide.
        var origins = new OriginTable(new ReplicaId(30));
        origins.IndexOf(new ReplicaId(20));
        origins.IndexOf(new ReplicaId(10));
        var entry = new PlainEntry();
        Assert.Null(Components.LastWriter(entry, origins));
        entry.Merge(PlainEntry.Write(2, 1, new HybridTimestamp(5, 0)), out _);
        Assert.Equal(2, Components.LastWriter(entry, origins)!.Origin);
        entry.Merge(PlainEntry.Write(1, 1, new HybridTimestamp(5, 0)), out _);
        Assert.Equal(1, Components.LastWriter(entry, origins)!.Origin);
        entry.Merge(PlainEntry.Write(0, 1, new HybridTimestamp(4, 9)), out _);
        Assert.Equal(1, Components.LastWriter(entry, origins)!.Origin);
        entry.Component(1)!.Die(new Dot(0, 2));
        Assert.Equal(2, Components.LastWriter(entry, origins)!.Origin);
        entry.Component(2)!.Payload = null;
        Assert.Equal(0, Components.LastWriter(entry, origins)!.Origin);
    }

    [Fact]
    public void No_record_is_later_than_itself()
    {
        var origins = new OriginTable(new ReplicaId(1));
        var record = PlainEntry.Write(0, 1, new HybridTimestamp(5, 0));
        Assert.False(Components.IsLater(record, record, origins));
    }

    [Fact]
    public void Copy_of_a_record_does_not_follow_it()
    {
        var entry = new PlainEntry();
        entry.Merge(PlainEntry.Write(1, 1, default, [1]), out _);
        var copy = entry.Copy(entry);
        entry.Merge(PlainEntry.Write(1, 2, default, [2]), out _);
        Assert.Equal(1UL, copy.Sequence);
        Assert.Equal([1], copy.Payload);
        Assert.Same(entry, copy.Parent);
    }
}
