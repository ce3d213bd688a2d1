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

    public void UnionWith(IEnumerable<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var item in other) Add(item);
    }

    public void ExceptWith(IEnumerable<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var item in ReferenceEquals(other, this) ? Copy() : other) Remove(item);
    }

    public bool Clear() => inner.Clear();

    public bool IsProperSubsetOf(IEnumerable<T> other) => Compare(other, static (copy, o) => copy.IsProperSubsetOf(o));

    public bool IsProperSupersetOf(IEnumerable<T> other) => Compare(other, static (copy, o) => copy.IsProperSupersetOf(o));

    public bool IsSubsetOf(IEnumerable<T> other) => Compare(other, static (copy, o) => copy.IsSubsetOf(o));

    public bool IsSupersetOf(IEnumerable<T> other) => Compare(other, static (copy, o) => copy.IsSupersetOf(o));

    public bool Overlaps(IEnumerable<T> other) => Compare(other, static (copy, o) => copy.Overlaps(o));

    public bool SetEquals(IEnumerable<T> other) => Compare(other, static (copy, o) => copy.SetEquals(o));

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

    public async IAsyncEnumerable<SetChange<T>> WatchAsync(WatchStart start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = inner.Watch(host.Options.WatchCapacity);
        foreach (var entry in start == WatchStart.Current ? inner.Entries : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!entry.IsVisible) continue;
            yield return entry.TryGetKey(out var item) ? new(SetChangeKind.Added, item) : new(SetChangeKind.Unreadable, default);
        }

        while (await watcher.TakeAsync(cancellationToken).ConfigureAwait(false) is { } changes)
        {
            var (overflowed, hasUnreadableKeys, keys) = changes;
            if (overflowed) yield return new(SetChangeKind.Reset, default);
            if (hasUnreadableKeys) yield return new(SetChangeKind.Unreadable, default);
            foreach (var key in keys) yield return new(Contains(key) ? SetChangeKind.Added : SetChangeKind.Removed, KeyedObject<T, UnitKey>.ForApp(key));
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

    /// <summary>Compares a copy, with itself where the set is compared with itself: it may change meanwhile.</summary>
    private bool Compare(IEnumerable<T> other, Func<HashSet<T>, IEnumerable<T>, bool> compare)
    {
        var copy = Copy();
        return compare(copy, ReferenceEquals(other, this) ? copy : other);
    }

    private HashSet<T> Copy() => new(this, ElementComparer<T>.Of(inner));
}
