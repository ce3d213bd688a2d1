namespace PeerReplica.Hosting.LocalPlane;

/// <summary>Those who wait for rights of one side, in the order in which they came. Thread-safe.</summary>
internal sealed class EscrowQueue(AtomicBudget budget, Action<Action> schedule)
{
    private readonly Lock _gate = new();
    private readonly Queue<EscrowWaiter> _waiting = new();
    private long _wanted;

    /// <summary>What is waited for, in sum.</summary>
    public long Wanted => Volatile.Read(ref _wanted);

    public EscrowWaiter Add(long amount)
    {
        var waiter = new EscrowWaiter(amount);
        lock (_gate)
        {
            _waiting.Enqueue(waiter);
            _wanted += amount;
        }

        return waiter;
    }

    /// <summary>Gives the waiting up. False when the rights were granted before.</summary>
    public bool TryAbandon(EscrowWaiter waiter)
    {
        lock (_gate)
        {
            if (!waiter.TryEnd()) return false;
            _wanted -= waiter.Amount;
            return true;
        }
    }

    /// <summary>Serves as many as there are rights for, first come first served. Calls <paramref name="taken"/> for each.</summary>
    /// <param name="left">What may come at most: who waits for more need not.</param>
    /// <param name="taken">Told of each amount taken.</param>
    public void Serve(long left, Action<long> taken)
    {
        if (Wanted == 0) return;
        lock (_gate)
        {
            while (_waiting.TryPeek(out var first))
            {
                if (first.IsOpen)
                {
                    var isTaken = budget.TryTake(first.Amount);
                    if (!isTaken && first.Amount <= left) return;

                    // Abandoning takes the lock too, so the waiter is still there.
                    first.TryEnd();
                    _wanted -= first.Amount;
                    if (isTaken) taken(first.Amount);
                    schedule(() => first.Done.TrySetResult(isTaken));
                }

                _waiting.Dequeue();
            }
        }
    }
}
