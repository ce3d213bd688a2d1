namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// One reader of changes: the set of keys that changed since it last looked, no larger than its capacity. Notifying never waits for the reader.
/// </summary>
internal sealed class Watcher<TKey> : IDisposable
    where TKey : notnull
{
    private readonly int _capacity;
    private readonly Action<Watcher<TKey>> _onDispose;
    private readonly WatchSignal _signal;
    private readonly Lock _gate = new();
    private readonly HashSet<TKey> _keys = new(KeyComparers.For<TKey>());
    private readonly Dictionary<object, Func<TKey>> _deferred = new(ReferenceEqualityComparer.Instance);
    private bool _overflowed;

    public Watcher(int capacity, ILocalState localState, Action<Watcher<TKey>> onDispose)
    {
        (_capacity, _onDispose) = (capacity, onDispose);
        _signal = new(localState, _gate);
    }

    public void Notify(TKey key)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_keys.Count < _capacity) _keys.Add(key);
            else if (!_keys.Contains(key)) _overflowed = true;
            waiting = _signal.TakeReader();
        }

        _signal.Wake(waiting);
    }

    /// <summary>Notes a key that is to be decoded by the reader, since decoding it may run the user's code; until then its entry stands for it.</summary>
    public void NotifyDeferred(object entry, Func<TKey> key)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_deferred.Count < _capacity) _deferred.TryAdd(entry, key);
            else if (!_deferred.ContainsKey(entry)) _overflowed = true;
            waiting = _signal.TakeReader();
        }

        _signal.Wake(waiting);
    }

    /// <summary>Waits for changes and takes them; <see langword="null"/> when the replica was stopped and no more will come.</summary>
    /// <exception cref="ReplicaNotRunningException">No more will come since the replica faulted or failed to start.</exception>
    public async Task<WatchedChanges<TKey>?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            cancellationToken.ThrowIfCancellationRequested();
            lock (_gate)
            {
                if (_overflowed || _keys.Count > 0 || _deferred.Count > 0) break;
                if (_signal.Next() is not { } next) return null;
                wait = next;
            }

            await _signal.WaitAsync(wait, cancellationToken).ConfigureAwait(false);
        }

        return Take();
    }

    public void Dispose()
    {
        _signal.Dispose();
        _onDispose(this);
    }

    private WatchedChanges<TKey> Take()
    {
        var keys = new HashSet<TKey>(KeyComparers.For<TKey>());
        Func<TKey>[] deferred = [];
        bool overflowed;
        lock (_gate)
        {
            overflowed = _overflowed;
            if (!overflowed)
            {
                keys.UnionWith(_keys);
                deferred = [.. _deferred.Values];
            }

            _overflowed = false;
            _keys.Clear();
            _deferred.Clear();
        }

        // Outside the gate: the loop must not wait for the user's code.
        var unreadable = false;
        foreach (var key in deferred)
        {
            try
            {
                keys.Add(key());
            }
            catch (ReplicaSerializationException)
            {
                unreadable = true;
            }
        }

        return new(overflowed, unreadable, keys);
    }
}
