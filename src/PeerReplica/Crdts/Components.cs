using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// The merge of an entry's records, for every type: of one origin the highest sequence stays, and what a record observed is dead.
/// That is a product of chains (for each origin: sequence, then alive before dead), so it is idempotent, commutative and associative; the types
/// differ only in how they read the result. Callers pass each dot once: a dot that the version vector contains is not merged again.
/// </summary>
internal static class Components
{
    /// <summary>What <see cref="Add"/> did besides adding.</summary>
    /// <param name="Replaced">The same origin's earlier record, now gone from the entry.</param>
    /// <param name="Killed">How many records of other origins it observed and so ended.</param>
    public readonly record struct Outcome(Record? Replaced, int Killed);

    /// <summary>Adds a published record to its entry. Calls <paramref name="died"/> for every record that dies of it.</summary>
    public static Outcome Add(Entry entry, Record added, Action<Record> died)
    {
        var replaced = Remove(entry, added.Origin);
        var killed = 0;
        for (var other = entry.Components; other is not null; other = other.NextComponent)
        {
            if (!added.IsDead && ObservedDots.Covers(other.Observed, added.Origin, added.Sequence)) added.Die(other.Dot);
            if (!other.IsDead && ObservedDots.Covers(added.Observed, other.Origin, other.Sequence))
            {
                other.Die(added.Dot);
                killed++;
                died(other);
            }
        }

        added.NextComponent = entry.Components;
        entry.Components = added;
        return new(replaced, killed);
    }

    /// <summary>Takes one origin's record out of the entry.</summary>
    public static Record? Remove(Entry entry, int origin)
    {
        Record? previous = null;
        for (var record = entry.Components; record is not null; previous = record, record = record.NextComponent)
        {
            if (record.Origin != origin) continue;
            if (previous is null) entry.Components = record.NextComponent;
            else previous.NextComponent = record.NextComponent;
            record.NextComponent = null;
            return record;
        }

        return null;
    }

    /// <summary>What a write that sees the entry as it is now observes: every other origin's record, alive or dead.</summary>
    public static Dot[]? Observe(Entry entry, int origin)
    {
        var count = 0;
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.Origin != origin) count++;
        }

        if (count == 0) return null;
        var observed = new Dot[count];
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.Origin != origin) observed[--count] = record.Dot;
        }

        return observed;
    }

    /// <summary>The last writer's record among the live ones: greatest stamp, then greatest origin id; <see langword="null"/> when none lives.</summary>
    public static Record? LastWriter(Entry entry, OriginTable origins)
    {
        Record? winner = null;
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.IsLive && (winner is null || IsLater(record, winner, origins))) winner = record;
        }

        return winner;
    }

    /// <summary>Whether <paramref name="a"/> wins over <paramref name="b"/>: the same answer on every replica.</summary>
    public static bool IsLater(Record a, Record b, OriginTable origins)
    {
        var byStamp = a.Stamp.CompareTo(b.Stamp);
        return byStamp > 0 || (byStamp == 0 && origins[a.Origin] > origins[b.Origin]);
    }
}
