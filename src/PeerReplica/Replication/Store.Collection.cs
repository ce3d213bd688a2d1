using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// Dropping what no member can miss any more. A dead record goes when it and its killer are causally stable, a removal when it and all it observed are;
/// then every member has applied both, and a copy still under way is refused by its dot. The floor rises with what goes.
/// </summary>
internal sealed partial class Store
{
    /// <summary>The number of entries that have something to collect.</summary>
    public int CollectionQueueLength => _collectable.Count;

    /// <summary>How often an entry has come to have something to collect.</summary>
    public long EverQueuedForCollection { get; private set; }

    /// <summary>Collects what <paramref name="stable"/> permits, looking at no more than <paramref name="budget"/> records, or one entry's. Returns whether it has looked at all of them.</summary>
    /// <param name="stable">What every member is known to contain.</param>
    /// <param name="budget">The most records to look at, those of the last entry excepted.</param>
    public bool Collect(VersionVector stable, int budget)
    {
        // A snapshot on its way to a peer must not change under it: what it promised to contain would be gone.
        if (_snapshots.Count > 0) return false;
        var waiting = _collectable.Count;
        for (var looked = 0; waiting > 0 && looked < budget; waiting--)
        {
            var entry = _collectable.Dequeue();
            if (CollectEntry(entry, stable, ref looked)) entry.IsQueuedForCollection = false;
            else _collectable.Enqueue(entry);
        }

        if (_collectable.Capacity > (8L * _collectable.Count) + 64) _collectable.TrimExcess();
        return waiting == 0;
    }

    /// <summary>Returns whether nothing is left to collect.</summary>
    private bool CollectEntry(Entry entry, VersionVector stable, ref int looked)
    {
        var waiting = false;
        if (entry.Components is null) looked++;
        Record? next;
        Record previous = entry;
        for (var component = entry.Components; component is not null; component = next)
        {
            next = component.NextComponent;
            looked++;
            if (CanDrop(component, stable))
            {
                Drop(component, previous);
                continue;
            }

            previous = component;
            if (!component.IsLive) waiting = true;
            else if (component.Observed is not null && !TryClearObserved(component, stable)) waiting = true;
        }

        if (Components.TakeIn(entry) is { } side) Log(side.Origin).Replace(side, entry);
        if (entry.Components is not null || waiting) return !waiting;
        if (!entry.TryRetire()) return true;
        ObjectOf(entry).Remove(entry);
        return true;
    }

    private static bool CanDrop(Record record, VersionVector stable)
    {
        if (record.IsLive || !stable.Contains(record.Dot)) return false;
        if (record.IsDead && !stable.Contains(record.Killer)) return false;
        return ObservedDots.AllIn(record.Observed, stable);
    }

    private void Drop(Record record, Record previous)
    {
        RaiseFloor(record.Dot);
        if (record.IsDead) RaiseFloor(record.Killer);
        Forget(record);
        Components.Remove(record.Parent, previous, record);
    }

    private bool TryClearObserved(Record record, VersionVector stable)
    {
        if (!stable.Contains(record.Dot) || !ObservedDots.AllIn(record.Observed, stable)) return false;
        RaiseFloor(record.Dot);
        record.Observed = null;
        return true;
    }

    private void RaiseFloor(Dot dot) => Floor.Raise(dot.Origin, dot.Sequence);
}
