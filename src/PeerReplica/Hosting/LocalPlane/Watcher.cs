namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// One reader of changes: the set of keys that changed since it last looked, no larger than its capacity. Notifying never waits for the reader.
/// </summary>
internal sealed class Watcher<TKey> : IDisposable
    where TKey : notnull
{
    private readonly int _capacity;
    private readonly ILocalPlane _plane;
    private readonly Action<Watcher<TKey>> _onDispose;
    private readonly CancellationTokenRegistration _ended;
    private readonly Lock _gate = new();
    private readonly HashSet<TKey> _keys = new(KeyComparers.For<TKey>());
    private readonly Dictionary<object, Func<TKey>> _deferred = new(ReferenceEqualityComparer.Instance);
    private TaskCompletionSource? _waiting;
    private bool _overflowed;
    private bool _isOver;

    public Watcher(int capacity, ILocalPlane plane, Action<Watcher<TKey>> onDispose)
    {
        (_capacity, _plane, _onDispose) = (capacity, plane, onDispose);
        _ended = plane.End.Token.UnsafeRegister(static w => ((Watcher<TKey>)w!).End(), this);
    }

    public void Notify(TKey key)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_keys.Count < _capacity) _keys.Add(key);
            else if (!_keys.Contains(key)) _overflowed = true;
            (waiting, _waiting) = (_waiting, null);
        }

        Wake(waiting);
    }

    /// <summary>Notes a key that is to be decoded by the reader, since decoding it may run the user's code; until then its entry stands for it.</summary>
    public void NotifyDeferred(object entry, Func<TKey> key)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_deferred.Count < _capacity) _deferred.TryAdd(entry, key);
            else if (!_deferred.ContainsKey(entry)) _overflowed = true;
            (waiting, _waiting) = (_waiting, null);
        }

        Wake(waiting);
    }

    /// <summary>Waits for changes and takes them; <see langword="null"/> when the replica was stopped and no more will come.</summary>
    /// <exception cref="ReplicaNotRunningException">No more will come since the replica faulted or failed to start.</exception>
    public async Task<WatchedChanges<TKey>?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_overflowed || _keys.Count > 0 || _deferred.Count > 0) break;
                if (_isOver) return _plane.End.Failure is { } failure ? throw failure.Again() : null;
                _waiting ??= new TaskCompletionSource();
                wait = _waiting.Task;
            }

            await CancelableWait.ForAsync(wait, _plane.Schedule, cancellationToken).ConfigureAwait(false);
        }

        return Take();
    }

    public void Dispose()
    {
        _ended.Dispose();
        _onDispose(this);
    }

    private void End()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _isOver = true;
            (waiting, _waiting) = (_waiting, null);
        }

        Wake(waiting);
    }

    /// <summary>The reader goes on elsewhere, since whoever notifies may hold the replica's gate.</summary>
    private void Wake(TaskCompletionSource? waiting)
    {
        if (waiting is not null) _plane.Schedule(() => waiting.TrySetResult());
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
