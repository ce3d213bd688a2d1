using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalState;

/// <summary>Those who wait for rights of one side, in the order in which they came. Thread-safe.</summary>
internal sealed class RightsWaitQueue(AtomicBudget budget, Action<Action> schedule)
{
    private readonly Lock _gate = new();
    private readonly Queue<RightsWaiter> _waiting = new();
    private Int128 _sum;
    private long _wanted;

    /// <summary>What is waited for, in sum; saturates.</summary>
    public long Wanted => Volatile.Read(ref _wanted);

    public RightsWaiter Add(long amount, bool isHold = false)
    {
        var waiter = new RightsWaiter(amount, isHold);
        lock (_gate)
        {
            _waiting.Enqueue(waiter);
            Want(amount);
        }

        return waiter;
    }

    /// <summary>Gives the waiting up. False when the rights were granted before.</summary>
    public bool TryAbandon(RightsWaiter waiter)
    {
        lock (_gate)
        {
            if (!waiter.TryEnd()) return false;
            Want(-(Int128)waiter.Amount);
            return true;
        }
    }

    /// <summary>Serves as many as there are rights for, first come first served. Calls <paramref name="taken"/> for each.</summary>
    /// <param name="left">What may come at most: who waits for more need not.</param>
    /// <param name="taken">Called for each that is served.</param>
    public void Serve(long left, Action<RightsWaiter> taken)
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
                    Want(-(Int128)first.Amount);
                    if (isTaken) taken(first);
                    schedule(() => first.Done.TrySetResult(isTaken));
                }

                _waiting.Dequeue();
            }
        }
    }

    private void Want(Int128 more)
    {
        _sum += more;
        Volatile.Write(ref _wanted, Units.Clamp(_sum));
    }
}
