namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// What the reader of a watcher waits for: the next change, or the end of the replica. The watcher's gate guards it; a reader is
/// woken outside the gate.
/// </summary>
internal sealed class WatchSignal : IDisposable
{
    private readonly ILocalState _localState;
    private readonly Lock _gate;
    private readonly CancellationTokenRegistration _ended;
    private TaskCompletionSource? _waiting;
    private bool _isOver;

    /// <param name="localState">The replica whose end is waited for.</param>
    /// <param name="gate">The watcher's gate.</param>
    public WatchSignal(ILocalState localState, Lock gate)
    {
        (_localState, _gate) = (localState, gate);
        _ended = localState.End.Token.UnsafeRegister(static s => ((WatchSignal)s!).End(), this);
    }

    /// <summary>A change was noted: who is to be woken. Under the gate.</summary>
    public TaskCompletionSource? TakeReader()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    /// <summary>The reader goes on elsewhere, since the thread that notifies may hold the replica's gate.</summary>
    public void Wake(TaskCompletionSource? waiting)
    {
        if (waiting is not null) _localState.Schedule(() => waiting.TrySetResult());
    }

    /// <summary>What a reader that found nothing waits for; null when the replica was stopped. Under the gate.</summary>
    /// <exception cref="ReplicaNotRunningException">The replica faulted or failed to start.</exception>
    public Task? Next()
    {
        if (_isOver) return _localState.End.Failure is { } failure ? throw failure.Again() : null;
        _waiting ??= new TaskCompletionSource();
        return _waiting.Task;
    }

    /// <summary>Waits for what <see cref="Next"/> returned.</summary>
    public Task WaitAsync(Task next, CancellationToken cancellationToken) =>
        CancelableWait.ForAsync(next, _localState.Schedule, cancellationToken);

    public void Dispose() => _ended.Dispose();

    private void End()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _isOver = true;
            waiting = TakeReader();
        }

        Wake(waiting);
    }
}
