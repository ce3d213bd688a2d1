using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Hosting.Handles;

internal sealed class ReplicatedMap<TKey, TValue>(ReplicaHost host, KeyedObject<TKey, TValue> inner, TimeSpan? defaultTimeToLive)
    : IReplicatedMap<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Peers take a longer time to live for damage (<see cref="Replication.TransferLimits.MaxRemainingMilliseconds"/>); this leaves them some room.</summary>
    private static readonly TimeSpan s_forEver = TimeSpan.FromDays(100 * 365);

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

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.TryGet(key, out value);
    }

    public bool ContainsKey(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.Lookup(key) is { IsReadable: true };
    }

    public void Set(TKey key, TValue value, TimeSpan? timeToLive)
    {
        ArgumentNullException.ThrowIfNull(key);
        var lives = timeToLive ?? defaultTimeToLive;
        if (lives <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(timeToLive), lives, "A time to live must be positive.");
        var write = inner.NewWrite(value);
        if (lives < s_forEver) write = write with { ExpiresAt = inner.Plane.Now + lives.Value };
        inner.Write(key, write);
    }

    public bool Remove(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return inner.Write(key, default);
    }

    public void Clear() => inner.Clear();

    public Task SetAsync(TKey key, TValue value, WriteConcern concern, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Set(key, value, timeToLive);
        return host.FlushAsync(concern, cancellationToken);
    }

    public async Task<bool> RemoveAsync(TKey key, WriteConcern concern, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var existed = Remove(key);
        await host.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return existed;
    }

    public async Task<TValue?> GetAsync(TKey key, ReadConcern concern, CancellationToken cancellationToken)
    {
        await host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return TryGet(key, out var value) ? value : default;
    }

    public async IAsyncEnumerable<MapChange<TKey, TValue>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = inner.Watch(host.Options.WatchCapacity);
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

    private MapChange<TKey, TValue> ChangeOf(TKey key)
    {
        try
        {
            return TryGet(key, out var value) ? new(MapChangeKind.Set, key, value) : new(MapChangeKind.Removed, key, default);
        }
        catch (ReplicaSerializationException)
        {
            return new(MapChangeKind.Unreadable, key, default);
        }
    }
}
