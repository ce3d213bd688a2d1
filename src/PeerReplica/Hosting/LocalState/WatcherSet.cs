namespace PeerReplica.Hosting.LocalState;

/// <summary>The watchers of one object. Thread-safe; costs a read when there are none.</summary>
internal sealed class WatcherSet<TKey>(ILocalState localState)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private Watcher<TKey>[] _watchers = [];

    public bool IsEmpty => Volatile.Read(ref _watchers).Length == 0;

    public Watcher<TKey> Add(int capacity)
    {
        var watcher = new Watcher<TKey>(capacity, localState, Remove);
        lock (_gate) _watchers = [.. _watchers, watcher];

        // A writer that found no watcher has written by now: it makes no barrier itself between its write and looking for watchers.
        Interlocked.MemoryBarrierProcessWide();
        return watcher;
    }

    public void Notify(TKey key)
    {
        foreach (var watcher in Volatile.Read(ref _watchers)) watcher.Notify(key);
    }

    public void NotifyDeferred(object entry, Func<TKey> key)
    {
        foreach (var watcher in Volatile.Read(ref _watchers)) watcher.NotifyDeferred(entry, key);
    }

    private void Remove(Watcher<TKey> watcher)
    {
        lock (_gate) _watchers = Array.FindAll(_watchers, w => w != watcher);
    }
}
