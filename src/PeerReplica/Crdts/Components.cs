using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// The merge of an entry's records, for every type: of one origin the highest sequence stays, and what a record observed is dead.
/// That is a product of chains (for each origin: sequence, then alive before dead), so it is idempotent, commutative and associative; the types
/// differ only in how they read the result. Callers pass each dot once: a dot that the version vector contains is not merged again.
/// </summary>
internal static class Components
{
    /// <summary>
    /// Makes a write one of its entry's records, in place of the same origin's earlier one if there is one. Calls <paramref name="died"/> for every record that dies of it.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="earlier">The same origin's earlier record; null if there is none.</param>
    /// <param name="write">The write. It is not used any more.</param>
    /// <param name="died">What to call.</param>
    /// <param name="killed">How many records of other origins it observed and so ended.</param>
    public static Record Put(Entry entry, Record? earlier, Record write, Action<Record> died, out int killed)
    {
        var added = earlier ?? Place(entry, write);
        if (added != write) entry.Put(added, write);
        killed = 0;
        if (entry.IsAdditive) return added;
        if (entry.Index is { } index)
        {
            killed = Supersede(index, added, died);
            return added;
        }

        var walked = 0;
        for (var other = entry.Components; other is not null; other = other.NextComponent)
        {
            walked++;
            if (other == added) continue;
            if (!added.IsDead && ObservedDots.Covers(other.Observed, added.Origin, added.Sequence)) added.Die(other.Dot);
            if (!other.IsDead && ObservedDots.Covers(added.Observed, other.Origin, other.Sequence))
            {
                other.Die(added.Dot);
                killed++;
                died(other);
            }
        }

        if (walked > ComponentIndex.BuiltAbove) entry.Owner.Walked(walked);
        return added;
    }

    /// <summary>Likewise in a large entry: looks at what the write observed, and not at every record.</summary>
    private static int Supersede(ComponentIndex index, Record added, Action<Record> died)
    {
        if (!added.IsDead && index.ObserverOf(added.Origin, added.Sequence) is { } observer) added.Die(observer);
        index.Became(added);
        if (added.Observed is not { } observed) return 0;
        var killed = 0;
        foreach (var dot in observed)
        {
            if (index.Find(dot.Origin) is not { IsDead: false } other || other == added || other.Sequence > dot.Sequence) continue;
            other.Die(added.Dot);
            killed++;
            died(other);
        }

        return killed;
    }

    /// <summary>Takes a record out of its entry. What it was can still be read.</summary>
    public static void Remove(Entry entry, Record removed) => Remove(entry, entry, removed);

    /// <summary>Takes a record out of its entry, looking for it from one that stands before it.</summary>
    public static void Remove(Entry entry, Record previous, Record removed)
    {
        removed.IsComponent = false;
        entry.ComponentRemoved(removed);
        if (entry.Index?.Removing(removed) is { } before) previous = before;
        if (removed != entry)
        {
            var walked = 0;
            for (; previous.NextComponent != removed; walked++) previous = previous.NextComponent!;
            if (walked > ComponentIndex.BuiltAbove) entry.Owner.Walked(walked);
            previous.NextComponent = removed.NextComponent;
            removed.NextComponent = null;
        }

        entry.DropIndexIfSmall();
    }

    /// <summary>Makes the entry what a record beside it is, if there is room in it; returns that record, whose place the entry has now.</summary>
    public static Record? TakeIn(Entry entry)
    {
        var side = entry.NextComponent;
        if (entry.IsComponent || side is null || !entry.TryTakeIn(side)) return null;
        Remove(entry, side);
        entry.IsComponent = true;
        entry.Index?.Placed(entry, entry, entry.Origin);
        return side;
    }

    /// <summary>
    /// What a write that sees the entry as it is now observes: every other origin's record, alive or dead, but for those that
    /// are held back from readers here: nobody can have seen them.
    /// </summary>
    public static Dot[]? Observe(Entry entry, int origin)
    {
        var count = 0;
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.Origin != origin && !record.IsHeld) count++;
        }

        if (count == 0) return null;
        var observed = new Dot[count];
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.Origin != origin && !record.IsHeld) observed[--count] = record.Dot;
        }

        if (observed.Length > ComponentIndex.BuiltAbove) entry.Owner.Walked(observed.Length);
        return observed;
    }

    /// <summary>
    /// The last writer's record among those that readers may see: greatest stamp, then greatest origin id;
    /// <see langword="null"/> when there is none.
    /// </summary>
    public static Record? LastWriter(Entry entry, OriginTable origins)
    {
        if (entry.Index is { } index) return index.LastWriter(origins);
        Record? winner = null;
        var walked = 0;
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.IsShown && (winner is null || IsLater(record, winner, origins))) winner = record;
            walked++;
        }

        if (walked > ComponentIndex.BuiltAbove) entry.Owner.Walked(walked);
        return winner;
    }

    /// <summary>Whether <paramref name="a"/> wins over <paramref name="b"/>: the same answer on every replica.</summary>
    public static bool IsLater(Record a, Record b, OriginTable origins)
    {
        var byStamp = a.Stamp.CompareTo(b.Stamp);
        return byStamp > 0 || (byStamp == 0 && origins[a.Origin] > origins[b.Origin]);
    }

    private static Record Place(Entry entry, Record write)
    {
        Record place = entry;
        if (write != entry && (entry.IsComponent || entry.IsTaken))
        {
            place = entry.NewComponent();
            place.NextComponent = entry.NextComponent;
            entry.NextComponent = place;
        }

        place.IsComponent = true;
        entry.Index?.Placed(entry, place, write.Origin);
        return place;
    }
}
