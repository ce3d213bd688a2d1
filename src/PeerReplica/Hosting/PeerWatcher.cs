using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Hosting;

/// <summary>One reader of peer events: the latest of them, no more than its capacity. Notifying never waits for the reader.</summary>
internal sealed class PeerWatcher : IDisposable
{
    private const int Capacity = 256;

    private readonly Lock _gate = new();
    private readonly Queue<PeerEvent> _events = new();
    private readonly ILocalPlane _plane;
    private readonly CancellationTokenRegistration _ended;
    private TaskCompletionSource? _waiting;
    private bool _isOver;

    public PeerWatcher(ILocalPlane plane)
    {
        _plane = plane;
        _ended = plane.End.Token.UnsafeRegister(static w => ((PeerWatcher)w!).End(), this);
    }

    public void Notify(PeerEvent change)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_events.Count == Capacity) _events.Dequeue();
            _events.Enqueue(change);
            (waiting, _waiting) = (_waiting, null);
        }

        Wake(waiting);
    }

    public void Dispose() => _ended.Dispose();

    /// <summary>Waits for events and takes them; <see langword="null"/> when the replica was stopped and no more will come.</summary>
    /// <exception cref="ReplicaNotRunningException">No more will come since the replica faulted or failed to start.</exception>
    public async Task<PeerEvent[]?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_events.Count > 0)
                {
                    var taken = _events.ToArray();
                    _events.Clear();
                    return taken;
                }

                if (_isOver) return _plane.End.Failure is { } failure ? throw failure.Again() : null;
                _waiting ??= new TaskCompletionSource();
                wait = _waiting.Task;
            }

            await CancelableWait.ForAsync(wait, _plane.Schedule, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The reader goes on elsewhere, since whoever notifies holds the replica's gate.</summary>
    private void Wake(TaskCompletionSource? waiting)
    {
        if (waiting is not null) _plane.Schedule(() => waiting.TrySetResult());
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
}
