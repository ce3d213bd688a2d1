using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting;

/// <summary>One reader of peer events: the latest of them, no more than its capacity. Notifying never waits for the reader.</summary>
internal sealed class PeerWatcher : IDisposable
{
    private const int Capacity = 256;

    private readonly Lock _gate = new();
    private readonly Queue<PeerEvent> _events = new();
    private readonly WatchSignal _signal;

    public PeerWatcher(ILocalState localState) => _signal = new(localState, _gate);

    public void Notify(PeerEvent change)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_events.Count == Capacity) _events.Dequeue();
            _events.Enqueue(change);
            waiting = _signal.TakeReader();
        }

        _signal.Wake(waiting);
    }

    public void Dispose() => _signal.Dispose();

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

                if (_signal.Next() is not { } next) return null;
                wait = next;
            }

            await _signal.WaitAsync(wait, cancellationToken).ConfigureAwait(false);
        }
    }
}
