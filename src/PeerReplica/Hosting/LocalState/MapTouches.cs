using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// The uses of a map's entries with a sliding expiration, which replicate as an object of their own (<see cref="ObjectKind.Touches"/>): a mark for
/// each entry that was used, with the hash of the value that was used, and with the time to live that it has from then on.
/// <list type="number">
/// <item>A mark postpones the end of the value that it names, and of no other: not of a later value of the key, and not of one that was removed.</item>
/// <item>A mark and its value may arrive in either order.</item>
/// <item>A mark expires with its value. A local removal of the value removes the mark too.</item>
/// </list>
/// </summary>
internal sealed class MapTouches<TKey, TValue>
    where TKey : notnull
{
    private readonly KeyedObject<TKey, TValue> _map;
    private readonly KeyedObject<TKey, ulong> _marks;

    public MapTouches(KeyedObject<TKey, TValue> map, KeyedObject<TKey, ulong> marks)
    {
        (_map, _marks) = (map, marks);
        map.Touches = this;
        marks.Observer = OnMark;
    }

    /// <summary>Notes that an entry is used now: postpones its end here at once, and replicates that if it is due. Never throws. Any thread.</summary>
    public void Use(KeyedEntry<TKey, TValue> entry)
    {
        if (!entry.TryTouch(_map.LocalState.Now, out var hash, out var end)) return;
        try
        {
            _marks.WriteLike(entry, new LocalWrite<ulong>(Record.InView, hash, true, end));
        }
        catch (ReplicaNotRunningException)
        {
            // Reads go on after the replica has ended; nobody is left to hear of them.
        }
    }

    /// <summary>A value with a sliding expiration came into view: a mark of it may have arrived before. Loop only.</summary>
    public void OnArrived(KeyedEntry<TKey, TValue> entry)
    {
        if (_marks.LookupLike(entry) is { } mark) Apply(mark, entry);
    }

    /// <summary>The app removed an entry: its mark has nothing to say any more.</summary>
    public void OnRemoved(KeyedEntry<TKey, TValue> entry)
    {
        if (_marks.LookupLike(entry) is { IsVisible: true }) _marks.WriteLike(entry, default);
    }

    /// <summary>When an entry was used last, as far as that was replicated; zero if it was not.</summary>
    public HybridTimestamp LastUse(KeyedEntry<TKey, TValue> entry) => _marks.LookupLike(entry) is { } mark ? mark.WrittenAt : default;

    private void OnMark(KeyedEntry<TKey, ulong> mark)
    {
        if (_map.LookupLike(mark) is { } entry) Apply(mark, entry);
    }

    private static void Apply(KeyedEntry<TKey, ulong> mark, KeyedEntry<TKey, TValue> entry)
    {
        var snapshot = mark.Look();
        if (snapshot is { Payload: not null, HasValue: true, ExpiresAt.Ticks: not 0 }) entry.Postpone(snapshot.Value, snapshot.ExpiresAt);
    }
}
