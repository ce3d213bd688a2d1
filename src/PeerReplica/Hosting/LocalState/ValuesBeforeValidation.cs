using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// What readers go on to see of an entry while changes of it are held back. A change takes the place of its origin's record,
/// and ends what it observed, when it arrives; what stood there is kept here until the validator has answered. Loop only.
/// </summary>
internal sealed class ValuesBeforeValidation<TValue>
{
    /// <summary>Of more values than these none is dropped before all are: the work for each change stays bounded.</summary>
    private const int MostPruned = 16;

    private readonly List<ValueRecord<TValue>> _records = [];

    /// <summary>How far the validator is with the entry.</summary>
    public ValidationState State { get; set; }

    public IReadOnlyList<ValueRecord<TValue>> Records => _records;

    /// <summary>Keeps what an entry shows now.</summary>
    public void KeepAll(Entry entry)
    {
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.IsShown) _records.Add((ValueRecord<TValue>)entry.Copy(record));
        }
    }

    /// <summary>Keeps a change that was accepted after a later one had taken its place: readers go on by one, if they were not further.</summary>
    public void Advance(ValueRecord<TValue> accepted)
    {
        accepted.Show();
        if (_records.Exists(r => r.Origin == accepted.Origin && r.Sequence > accepted.Sequence)) return;
        if (_records.Exists(r => ObservedDots.Covers(r.Observed, accepted.Origin, accepted.Sequence))) return;
        _records.RemoveAll(r => r.Origin == accepted.Origin || ObservedDots.Covers(accepted.Observed, r.Origin, r.Sequence));
        _records.Add(accepted);
    }

    /// <summary>Drops what was superseded by a change that readers see, by a removal, or by one that was refused.</summary>
    public void Prune(Entry entry)
    {
        if (_records.Count <= MostPruned) _records.RemoveAll(r => IsSuperseded(entry, r));
    }

    public Record? LaterOf(Record? winner, OriginTable origins)
    {
        foreach (var record in _records)
        {
            if (winner is null || Components.IsLater(record, winner, origins)) winner = record;
        }

        return winner;
    }

    private static bool IsSuperseded(Entry entry, Record kept)
    {
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.IsHeld) continue;
            if (record.Origin != kept.Origin)
            {
                if (ObservedDots.Covers(record.Observed, kept.Origin, kept.Sequence)) return true;
            }
            else if (record.Sequence > kept.Sequence || record.IsShown)
            {
                return true;
            }
        }

        return false;
    }
}
