namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// One reader of changes: the set of keys that changed since it last looked, no larger than its capacity. Notifying never waits for the reader.
/// </summary>
internal sealed class Watcher<TKey>(int capacity, Action<Action> schedule, Action<Watcher<TKey>> onDispose) : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly HashSet<TKey> _keys = [];
    private readonly List<Func<TKey>> _deferred = [];
    private TaskCompletionSource? _waiting;
    private bool _overflowed;

    public void Notify(TKey key)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_keys.Count < capacity) _keys.Add(key);
            else if (!_keys.Contains(key)) _overflowed = true;
            (waiting, _waiting) = (_waiting, null);
        }

        Wake(waiting);
    }

    /// <summary>Notes a key that is to be decoded by the reader, since decoding it may run the user's code.</summary>
    public void NotifyDeferred(Func<TKey> key)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_deferred.Count < capacity) _deferred.Add(key);
            else _overflowed = true;
            (waiting, _waiting) = (_waiting, null);
        }

        Wake(waiting);
    }

    /// <summary>Waits for changes and takes them. Overflowed: more keys changed than could be kept, and none is given.</summary>
    public async Task<(bool Overflowed, List<TKey> Keys)> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_overflowed || _keys.Count > 0 || _deferred.Count > 0) return Take();
                _waiting ??= new TaskCompletionSource();
                wait = _waiting.Task;
            }

            await wait.WaitAsync(cancellationToken).ConfigureAwait(true);
        }
    }

    public void Dispose() => onDispose(this);

    /// <summary>The reader goes on elsewhere, since whoever notifies may hold the replica's gate.</summary>
    private void Wake(TaskCompletionSource? waiting)
    {
        if (waiting is not null) schedule(() => waiting.TrySetResult());
    }

    private (bool Overflowed, List<TKey> Keys) Take()
    {
        var overflowed = _overflowed;
        var keys = new List<TKey>();
        if (!overflowed)
        {
            foreach (var deferred in _deferred) _keys.Add(deferred());
            keys.AddRange(_keys);
        }

        _overflowed = false;
        _keys.Clear();
        _deferred.Clear();
        return (overflowed, keys);
    }
}
