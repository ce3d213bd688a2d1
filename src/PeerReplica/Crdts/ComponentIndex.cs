using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// The records of one entry that many origins wrote to. Small entries have none: walking a few records is cheaper. With it,
/// merging a record costs O(log n) and a step for each dot that the record observed, whatever a peer makes up.
/// <list type="number">
/// <item>It holds every record of its entry, by origin.</item>
/// <item>An observation that was made once counts for as long as the index lasts, as observing does: what was observed is
/// dead, and stays dead.</item>
/// </list>
/// </summary>
internal sealed class ComponentIndex
{
    /// <summary>An entry with more records gets an index.</summary>
    public const int BuiltAbove = 32;

    /// <summary>An entry with fewer records loses its index.</summary>
    public const int DroppedBelow = 8;

    private readonly Dictionary<int, Place> _byOrigin = [];

    /// <summary>For each origin, up to which of its records another one observed, and which did.</summary>
    private readonly Dictionary<int, (ulong Sequence, Dot Observer)> _observed = [];
    private LiveOrder? _order;

    public ComponentIndex(Entry entry)
    {
        Record? previous = entry;
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            _byOrigin[record.Origin] = new Place(record, record == entry ? null : previous);
            Observed(record);
            previous = record;
        }
    }

    public int Count => _byOrigin.Count;

    public Record? Find(int origin) => _byOrigin.TryGetValue(origin, out var place) ? place.Record : null;

    /// <summary>The record that observed an origin's record; null if none did.</summary>
    public Dot? ObserverOf(int origin, ulong sequence) =>
        _observed.TryGetValue(origin, out var observed) && sequence <= observed.Sequence ? observed.Observer : null;

    /// <summary>The last writer's record among those that readers may see.</summary>
    public Record? LastWriter(OriginTable origins)
    {
        _order ??= new LiveOrder(origins, _byOrigin.Values.Select(place => place.Record));
        return _order.First(this);
    }

    /// <summary>A record has come to be one of the entry's, before all others that stand beside the entry.</summary>
    public void Placed(Entry entry, Record record, int origin)
    {
        _byOrigin[origin] = new Place(record, record == entry ? null : entry);
        if (record != entry) Follow(record.NextComponent, record);
    }

    /// <summary>A record that is one of the entry's has become what it is now.</summary>
    public void Became(Record record)
    {
        Observed(record);
        _order?.Add(record, this);
    }

    /// <summary>A record that was kept from readers is so no more.</summary>
    public void Shown(Record record) => _order?.Add(record, this);

    /// <summary>A record is about to leave its entry; returns the one before it, null where it stands in the entry itself.</summary>
    public Record? Removing(Record record)
    {
        if (!_byOrigin.Remove(record.Origin, out var place)) return null;
        if (place.Record != record)
        {
            // Another stands for the origin already: the entry, which has taken this one's place.
            _byOrigin[record.Origin] = place;
            return record.Parent;
        }

        if (place.Previous is { } previous) Follow(record.NextComponent, previous);
        return place.Previous;
    }

    private void Follow(Record? record, Record previous)
    {
        if (record is not null) _byOrigin[record.Origin] = new Place(record, previous);
    }

    private void Observed(Record record)
    {
        if (record.Observed is not { } dots) return;
        foreach (var dot in dots)
        {
            if (!_observed.TryGetValue(dot.Origin, out var known) || dot.Sequence > known.Sequence)
                _observed[dot.Origin] = (dot.Sequence, record.Dot);
        }
    }

    private readonly record struct Place(Record Record, Record? Previous);

    /// <summary>
    /// The records that readers may see, the last writer's first. A record that has died, or become another, is passed over when
    /// it comes to the front.
    /// </summary>
    private sealed class LiveOrder : IComparer<(HybridTimestamp Stamp, ReplicaId Origin)>
    {
        private readonly OriginTable _origins;
        private readonly PriorityQueue<(int Origin, ulong Sequence), (HybridTimestamp Stamp, ReplicaId Origin)> _queue;

        public LiveOrder(OriginTable origins, IEnumerable<Record> records)
        {
            _origins = origins;
            _queue = new(this);
            Fill(records);
        }

        public int Compare((HybridTimestamp Stamp, ReplicaId Origin) a, (HybridTimestamp Stamp, ReplicaId Origin) b)
        {
            var order = b.Stamp.CompareTo(a.Stamp);
            return order != 0 ? order : b.Origin.CompareTo(a.Origin);
        }

        public void Add(Record record, ComponentIndex index)
        {
            if (!record.IsShown) return;
            if (_queue.Count > (2 * index.Count) + BuiltAbove)
            {
                _queue.Clear();
                Fill(index._byOrigin.Values.Select(place => place.Record).Where(other => other != record));
            }

            Enqueue(record);
        }

        public Record? First(ComponentIndex index)
        {
            while (_queue.TryPeek(out var dot, out var place))
            {
                var record = index.Find(dot.Origin);
                if (record is { IsShown: true } && record.Sequence == dot.Sequence && record.Stamp == place.Stamp) return record;
                _queue.Dequeue();
            }

            return null;
        }

        private void Fill(IEnumerable<Record> records)
        {
            foreach (var record in records)
            {
                if (record.IsShown) Enqueue(record);
            }
        }

        private void Enqueue(Record record) =>
            _queue.Enqueue((record.Origin, record.Sequence), (record.Stamp, _origins[record.Origin]));
    }
}
