namespace PeerReplica.Hosting;

/// <summary>One reader of peer events: the latest of them, no more than its capacity. Notifying never waits for the reader.</summary>
internal sealed class PeerWatcher(Action<Action> schedule)
{
    private const int Capacity = 256;

    private readonly Lock _gate = new();
    private readonly Queue<PeerEvent> _events = new();
    private TaskCompletionSource? _waiting;

    public void Notify(PeerEvent change)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_events.Count == Capacity) _events.Dequeue();
            _events.Enqueue(change);
            (waiting, _waiting) = (_waiting, null);
        }

        // The reader goes on elsewhere, since whoever notifies holds the replica's gate.
        if (waiting is not null) schedule(() => waiting.TrySetResult());
    }

    /// <summary>Waits for events and takes them.</summary>
    public async Task<PeerEvent[]> TakeAsync(CancellationToken cancellationToken)
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

                _waiting ??= new TaskCompletionSource();
                wait = _waiting.Task;
            }

            await wait.WaitAsync(cancellationToken).ConfigureAwait(true);
        }
    }
}
