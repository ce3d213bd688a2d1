using System.Collections;
using System.Runtime.CompilerServices;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class ReplicatedSet<T>(ReplicaHost host, KeyedObject<T, UnitKey> inner) : IReplicatedSet<T>, IInspectable
    where T : notnull
{
    public string Name => inner.Name;

    public int Count => inner.Entries.Count(e => e is { IsVisible: true, IsKeyReadable: true });

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Set;

    public ObjectSize Measure() => inner.Measure();

    public IEnumerable<ObjectEntry> Inspect() => this.Select(item => new ObjectEntry(item, null));

    public bool Contains(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return inner.IsVisible(item);
    }

    public bool Add(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return !inner.Write(item, inner.NewWrite(default));
    }

    public bool Remove(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return inner.Write(item, default);
    }

    public void Clear() => inner.Clear();

    public async Task<bool> AddAsync(T item, WriteConcern concern, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var added = Add(item);
        await host.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return added;
    }

    public async Task<bool> RemoveAsync(T item, WriteConcern concern, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var removed = Remove(item);
        await host.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return removed;
    }

    public async Task<bool> ContainsAsync(T item, ReadConcern concern, CancellationToken cancellationToken)
    {
        await host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return Contains(item);
    }

    public async IAsyncEnumerable<SetChange<T>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = inner.Watch(host.Options.WatchCapacity);
        while (await watcher.TakeAsync(cancellationToken).ConfigureAwait(false) is { } changes)
        {
            var (overflowed, hasUnreadableKeys, keys) = changes;
            if (overflowed) yield return new(MapChangeKind.Reset, default);
            if (hasUnreadableKeys) yield return new(MapChangeKind.Unreadable, default);
            foreach (var key in keys) yield return new(Contains(key) ? MapChangeKind.Set : MapChangeKind.Removed, KeyedObject<T, UnitKey>.ForApp(key));
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        foreach (var entry in inner.Entries)
        {
            if (entry.IsVisible && entry.TryGetKey(out var item)) yield return item;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
