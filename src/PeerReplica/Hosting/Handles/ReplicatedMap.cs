using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class ReplicatedMap<TKey, TValue>(ReplicaHost host, KeyedObject<TKey, TValue> inner, ExpirationDefaults expiry)
    : IReplicatedMap<TKey, TValue>, IInspectable
    where TKey : notnull
{
    private readonly AtomicMapWrites<TKey, TValue> _writes = new(inner, expiry);

    public string Name => inner.Name;

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var entry in inner.Entries)
            {
                if (entry.IsReadable && entry.IsKeyReadable) count++;
            }

            return count;
        }
    }

    public IEnumerable<TKey> Keys
    {
        get
        {
            foreach (var entry in inner.Entries)
            {
                if (entry.IsReadable && entry.TryGetKey(out var key)) yield return key;
            }
        }
    }

    public IEnumerable<TValue> Values
    {
        get
        {
            foreach (var entry in inner.Entries)
            {
                if (entry.IsKeyReadable && entry.TryGetReadable(out var value)) yield return value;
            }
        }
    }

    public TValue this[TKey key]
    {
        get => TryGetValue(key, out var value) ? value : throw Missing(key);
        set => Set(key, value);
    }

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Map;

    public ObjectSize Measure() => inner.Measure();

    public IEnumerable<ObjectEntry> Inspect() => this.Select(e => new ObjectEntry(e.Key, e.Value));

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.TryUse(key, out value);
    }

    public bool TryPeek(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.TryGet(key, out value);
    }

    public bool Touch(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (inner.Lookup(key) is not { IsVisible: true } entry) return false;
        inner.Touches?.Use(entry);
        return true;
    }

    public bool ContainsKey(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.Lookup(key) is { IsReadable: true };
    }

    public void Set(TKey key, TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);

        // Most maps have no expiry, and adding none to a write costs a third of it: the write is copied.
        if (expiry.IsNone) inner.Write(key, inner.NewWrite(value));
        else Set(key, value, default, "");
    }

    public void Set(TKey key, TValue value, TimeSpan? timeToLive) => Set(key, value, new() { TimeToLive = timeToLive }, nameof(timeToLive));

    public void Set(TKey key, TValue value, EntryExpiration expiration) => Set(key, value, expiration, nameof(expiration));

    public bool TryAdd(TKey key, TValue value, EntryExpiration expiration)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _writes.TryAdd(key, value, expiration, nameof(expiration));
    }

    public TValue GetOrAdd(TKey key, TValue value, EntryExpiration expiration)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _writes.GetOrAdd(key, static (_, value) => value, value, expiration, nameof(expiration));
    }

    public TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory, EntryExpiration expiration)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(valueFactory);
        return _writes.GetOrAdd(key, static (key, factory) => factory(key), valueFactory, expiration, nameof(expiration));
    }

    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory, EntryExpiration expiration)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        return _writes.AddOrUpdate(key, addValue, updateValueFactory, expiration, nameof(expiration));
    }

    public void SetItems(IEnumerable<KeyValuePair<TKey, TValue>> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var (key, value) in items) Set(key, value);
    }

    public IReadOnlyList<TValue> GetAll(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var values = Read(key, out var entry, out _);
        if (values.Count > 0) inner.Touches?.Use(entry!);
        return values;
    }

    public bool Update(TKey key, Func<IReadOnlyList<TValue>, TValue?> merge, EntryExpiration expiration)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(merge);
        while (true)
        {
            var values = Read(key, out var entry, out var version);
            if (merge(values) is not { } merged) return false;
            if (inner.TryReplace(key, entry, version, expiry.AddTo(inner.NewWrite(merged), expiration, inner.LocalState, nameof(expiration)))) return true;
        }
    }

    public bool Remove(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.Write(key, default);
    }

    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _writes.TryRemove(key, out value);
    }

    public int RemoveRange(IEnumerable<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Count(Remove);
    }

    public bool Clear() => inner.Clear();

    public Task SetAsync(TKey key, TValue value, WriteConcern concern, CancellationToken cancellationToken) =>
        SetAsync(key, value, default(EntryExpiration), concern, cancellationToken);

    public Task SetAsync(TKey key, TValue value, TimeSpan? timeToLive, WriteConcern concern, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Set(key, value, timeToLive);
        return host.FlushAsync(concern, cancellationToken);
    }

    public Task SetAsync(TKey key, TValue value, EntryExpiration expiration, WriteConcern concern, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Set(key, value, expiration);
        return host.FlushAsync(concern, cancellationToken);
    }

    public async Task<bool> RemoveAsync(TKey key, WriteConcern concern, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var existed = Remove(key);
        await host.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return existed;
    }

    public async Task<ReadResult<TValue>> GetAsync(TKey key, ReadConcern concern, CancellationToken cancellationToken)
    {
        await host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return TryGetValue(key, out var value) ? new(value) : default;
    }

    public async IAsyncEnumerable<MapChange<TKey, TValue>> WatchAsync(WatchStart start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = inner.Watch(host.Options.WatchCapacity);
        foreach (var entry in start == WatchStart.Current ? inner.Entries : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!entry.IsVisible) continue;
            if (!entry.TryGetKey(out var key)) yield return new(MapChangeKind.Unreadable, default, default);
            else if (CurrentOf(entry, key) is { Kind: not MapChangeKind.Removed } current) yield return current;
        }

        while (await watcher.TakeAsync(cancellationToken).ConfigureAwait(false) is { } changes)
        {
            var (overflowed, hasUnreadableKeys, keys) = changes;
            if (overflowed) yield return new(MapChangeKind.Reset, default, default);
            if (hasUnreadableKeys) yield return new(MapChangeKind.Unreadable, default, default);
            foreach (var key in keys) yield return ChangeOf(KeyedObject<TKey, TValue>.ForApp(key));
        }
    }

    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        foreach (var entry in inner.Entries)
        {
            if (entry.TryGetReadable(out var value) && entry.TryGetKey(out var key)) yield return new(key, value);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The values of a key's live records, and what <see cref="KeyedObject{TKey, TValue}.TryReplace"/> needs to see that they still are.</summary>
    private List<TValue> Read(TKey key, out KeyedEntry<TKey, TValue>? entry, out int version)
    {
        var snapshots = new List<RecordSnapshot<TValue>>();
        var known = entry = inner.Lookup(key);
        var at = 0;
        if (known is not null) host.Read(_ => at = known.AddValues(snapshots));
        version = at;
        var values = new List<TValue>(snapshots.Count);
        foreach (var snapshot in snapshots)
        {
            if (known!.TryRead(snapshot, out var value)) values.Add(value);
        }

        return values;
    }

    private void Set(TKey key, TValue value, in EntryExpiration expiration, string parameter)
    {
        ArgumentNullException.ThrowIfNull(key);
        inner.Write(key, expiry.AddTo(inner.NewWrite(value), expiration, inner.LocalState, parameter));
    }

    private KeyNotFoundException Missing(TKey key)
    {
        // The text of a type of the app's own is the app's code.
        var hasText = inner.KeyCodec.IsNative && key is not byte[];
        var text = hasText ? $"{key}" : "";
        var isShown = text is { Length: > 0 and <= 100 };
        var shown = isShown ? $"the key '{Printable.Escape(text)}'" : "this key";
        return new($"The map '{Name}' has no value for {shown} here.");
    }

    private static MapChange<TKey, TValue> CurrentOf(KeyedEntry<TKey, TValue> entry, TKey key)
    {
        try
        {
            return entry.TryGet(out var value) ? new(MapChangeKind.Set, key, value) : new(MapChangeKind.Removed, key, default);
        }
        catch (ReplicaSerializationException)
        {
            return new(MapChangeKind.Unreadable, key, default);
        }
    }

    private MapChange<TKey, TValue> ChangeOf(TKey key) =>
        inner.Lookup(key) is { } entry ? CurrentOf(entry, key) : new(MapChangeKind.Removed, key, default);
}
