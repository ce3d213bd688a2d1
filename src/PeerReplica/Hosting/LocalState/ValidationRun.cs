using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// Asks the validator about some changes, one after the other, on a thread that holds nothing. The loop looks on, and gives
/// the run up when one call takes too long: a call cannot be ended from outside, so its thread is left to it.
/// </summary>
/// <param name="changes">The changes.</param>
/// <param name="clock">The time.</param>
/// <param name="ask">Asks the validator about one; never throws.</param>
/// <param name="finish">Called at the end, from no lock.</param>
internal sealed class ValidationRun<TKey, TValue>(
    List<HeldChange<TKey, TValue>> changes, Func<Instant> clock, Action<HeldChange<TKey, TValue>> ask,
    Action<ValidationRun<TKey, TValue>> finish)
    where TKey : notnull
{
    private long _calledAt;
    private int _answered;
    private volatile HeldChange<TKey, TValue>? _overdue;

    public IReadOnlyList<HeldChange<TKey, TValue>> Changes => changes;

    /// <summary>How many of the changes have an answer, in their order. Any thread.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>How many answers took effect. Loop only.</summary>
    public int Settled { get; set; }

    /// <summary>The change for whose answer the loop waits no more: the run ends with it. Set by the loop.</summary>
    public HeldChange<TKey, TValue>? Overdue
    {
        get => _overdue;
        set => _overdue = value;
    }

    public bool IsGivenUp => _overdue is not null;

    /// <summary>When the call under way takes too long; between two calls, and before the first, there is time. Any thread.</summary>
    public Instant DueAt(Instant now, TimeSpan timeout)
    {
        var calledAt = Volatile.Read(ref _calledAt);
        return (calledAt == 0 ? now : new Instant(calledAt)) + timeout;
    }

    public void Execute()
    {
        foreach (var change in changes)
        {
            if (IsGivenUp) break;
            Volatile.Write(ref _calledAt, clock().Ticks);
            ask(change);

            // In this order: whoever sees the answer does not take the call's time for that of the next.
            Volatile.Write(ref _calledAt, 0);
            Volatile.Write(ref _answered, _answered + 1);
        }

        finish(this);
    }
}
