using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// Keeps a map within a number of entries and of bytes. Thread-safe.
/// <list type="number">
/// <item>What counts is what holds a value, expired or not. Bytes are those of encoded keys and values.</item>
/// <item>A write that would go beyond a limit is refused where nothing is evicted. Else the writer evicts entries, least recently used first, until
/// the map is within its limits again, up to <see cref="EvictionsPerWrite"/> for each write.</item>
/// <item>What arrives is taken, and may go beyond. The origin of an entry that has to go removes it; whoever still has it a while later does so too.
/// So at rest every replica holds the same, within the limits.</item>
/// <item>An eviction is a removal like the app's. It costs O(log n) amortized; a use or an overwrite costs the order nothing until an eviction looks.</item>
/// </list>
/// </summary>
internal sealed class MapLimit<TKey, TValue>(KeyedObject<TKey, TValue> map, MapOptions options) : IExpiring
    where TKey : notnull
{
    /// <summary>So that a write stays short where much arrived beyond the limit: more than 1, so that writes bring the map back within it.</summary>
    private const int EvictionsPerWrite = 16;

    /// <summary>The most evictions of one step, so that links are served in between.</summary>
    private const int EvictionsPerStep = 256;

    private readonly long _maxEntries = options.MaxEntries ?? long.MaxValue;
    private readonly long _maxBytes = options.MaxBytes ?? long.MaxValue;
    private readonly bool _evicts = options.Eviction != MapEviction.None;
    private readonly Lock _gate = new();
    private readonly EntryOrder<TKey, TValue> _held = new(map);
    private long _reservedEntries;
    private long _reservedBytes;
    private Instant _lookedAt;
    private Instant _overSince = Instant.Never;

    private bool CountsBytes => _maxBytes != long.MaxValue;

    private bool IsOver => _held.Count > _maxEntries || _held.Bytes > _maxBytes;

    /// <summary>Writes a value locally, and evicts what has to go for it.</summary>
    /// <exception cref="MapFullException">The map is at its limit and evicts nothing, or the entry alone is over it.</exception>
    public bool Write(TKey key, in LocalWrite<TValue> write)
    {
        var bytes = BytesOf(key, write);
        if (_evicts)
        {
            var wasVisible = map.WriteUnlimited(key, write);
            Evict(bytes);
            return wasVisible;
        }

        var reserved = Reserve(map.Lookup(key), bytes);
        try
        {
            return map.WriteUnlimited(key, write);
        }
        finally
        {
            Release(reserved);
        }
    }

    /// <summary>Writes a value locally as <see cref="Write"/> does, unless its entry changed since a version.</summary>
    /// <exception cref="MapFullException">The map is at its limit and evicts nothing, or the entry alone is over it.</exception>
    public bool TryReplace(TKey key, KeyedEntry<TKey, TValue>? entry, int version, in LocalWrite<TValue> write)
    {
        var bytes = BytesOf(key, write);
        if (_evicts)
        {
            if (!map.TryReplaceUnlimited(key, entry, version, write)) return false;
            Evict(bytes);
            return true;
        }

        (long, long) reserved;
        try
        {
            reserved = Reserve(entry, bytes);
        }
        catch (MapFullException) when (map.Lookup(key) != entry)
        {
            // Somebody else added the key meanwhile, and the room is that one's.
            return false;
        }

        try
        {
            return map.TryReplaceUnlimited(key, entry, version, write);
        }
        finally
        {
            Release(reserved);
        }
    }

    /// <summary>An entry changed: counts it as it is now.</summary>
    public void OnChanged(KeyedEntry<TKey, TValue> entry)
    {
        lock (_gate) _held.Update(entry, CountsBytes);
    }

    /// <summary>Something arrived, which may have gone beyond the limit. Loop only.</summary>
    public void OnArrived()
    {
        if (!_evicts) return;
        lock (_gate)
        {
            if (!IsOver) return;
        }

        map.LocalState.ScheduleExpiry(this, Instant.Max(map.LocalState.Now, _lookedAt + map.EvictionInterval));
    }

    /// <summary>Evicts what arrived beyond the limit: this replica's own entries at once, others' once their origins had time to. Loop only.</summary>
    public Instant Expire(Instant now)
    {
        _lookedAt = now;
        var chosen = new List<EvictionCandidate<TKey, TValue>>();
        lock (_gate)
        {
            while (IsOver && chosen.Count < EvictionsPerStep && _held.TryTakeLeastRecent(out var entry)) chosen.Add(entry);
        }

        if (chosen.Count == 0) _overSince = Instant.Never;
        else if (_overSince == Instant.Never) _overSince = now;
        var evicted = 0;
        foreach (var entry in chosen)
        {
            if ((now >= _overSince + map.ExpiryGrace || entry.Entry.IsOwn) && map.TryEvict(entry.Entry, entry.WrittenAt)) evicted++;
            else OnChanged(entry.Entry);
        }

        if (chosen.Count == 0) return Instant.Never;
        return evicted > 0 ? now + map.EvictionInterval : Instant.Max(now + map.EvictionInterval, _overSince + map.ExpiryGrace);
    }

    /// <summary>Evicts until the map is within its limits, or enough for a write of so many bytes and for some that arrived.</summary>
    private void Evict(long bytes)
    {
        for (var (evicted, freed) = (0, 0L); evicted < EvictionsPerWrite || freed < bytes; evicted++)
        {
            EvictionCandidate<TKey, TValue> chosen;
            lock (_gate)
            {
                if (!IsOver || !_held.TryTakeLeastRecent(out chosen)) return;
            }

            freed += chosen.Bytes;
            if (!TryEvict(chosen)) OnChanged(chosen.Entry);
        }
    }

    /// <summary>False where the entry was written meanwhile, and is no longer the one to go, or where the replica has ended.</summary>
    private bool TryEvict(in EvictionCandidate<TKey, TValue> chosen)
    {
        try
        {
            return map.TryEvict(chosen.Entry, chosen.WrittenAt);
        }
        catch (ReplicaNotRunningException)
        {
            return false;
        }
    }

    /// <summary>What a write takes, if bytes count.</summary>
    /// <exception cref="MapFullException">More than there may ever be.</exception>
    private long BytesOf(TKey key, in LocalWrite<TValue> write)
    {
        var bytes = CountsBytes ? map.EncodedLength(key) + map.EncodedLength(write.Payload!, write.Value) : 0;
        return bytes <= _maxBytes ? bytes : throw Full(nameof(MapOptions.MaxBytes), _maxBytes, $"the entry alone takes {bytes:N0} bytes");
    }

    private void Release((long Entries, long Bytes) reserved)
    {
        lock (_gate) (_reservedEntries, _reservedBytes) = (_reservedEntries - reserved.Entries, _reservedBytes - reserved.Bytes);
    }

    /// <summary>Keeps room for a write until it is counted.</summary>
    private (long Entries, long Bytes) Reserve(KeyedEntry<TKey, TValue>? entry, long bytes)
    {
        var wait = default(SpinWait);
        while (true)
        {
            lock (_gate)
            {
                var held = entry is null ? null : _held.Find(entry);
                var (entries, more) = (held is null ? 1L : 0L, Math.Max(0, bytes - (held?.Bytes ?? 0)));
                if (entries > 0 && _held.Count + entries > _maxEntries) throw Full(nameof(MapOptions.MaxEntries), _maxEntries, $"it holds {_held.Count:N0} entries");
                if (more > 0 && _held.Bytes + more > _maxBytes) throw Full(nameof(MapOptions.MaxBytes), _maxBytes, $"it holds {_held.Bytes:N0} bytes, and the write needs {more:N0} more");

                // Others' writes are about to be counted, and perhaps are already: a moment later it is known whether there is room.
                if (_held.Count + _reservedEntries + entries <= _maxEntries && _held.Bytes + _reservedBytes + more <= _maxBytes)
                {
                    (_reservedEntries, _reservedBytes) = (_reservedEntries + entries, _reservedBytes + more);
                    return (entries, more);
                }
            }

            wait.SpinOnce();
        }
    }

    private MapFullException Full(string option, long limit, string why) => new(
        map.Name, option, limit,
        $"The map '{map.Name}' is full: {option} is {limit:N0} and {why}. Nothing was written. Remove entries, give them a time to live, raise {option} at every instance, or set {nameof(MapOptions.Eviction)}.");
}
