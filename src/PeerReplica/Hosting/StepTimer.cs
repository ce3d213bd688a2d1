using System.Diagnostics;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>
/// A timer with a thread of its own, which waits and runs what is due itself. The runtime's timer wakes two threads, its own and one of the pool, and while that is in use a third, which watches
/// over the pool: in a replica that is idle that is most of what it does. Fires once for each <see cref="Change"/>, the last of which counts. While the system gives the process no
/// thread for it, the runtime's timer stands in.
/// </summary>
/// <param name="due">What to run: one call at a time. It may change the timer, and must not throw.</param>
/// <param name="start">Starts the thread.</param>
internal sealed class StepTimer(Action due, ThreadStarter? start = null) : ITimer
{
    private static readonly long s_ticksPerMillisecond = Stopwatch.Frequency / 1000;

    // A monitor, since that waits with a timeout and needs no disposing.
    private readonly object _gate = new();
    private readonly ThreadStarter _start = start ?? BackgroundThread.TryStart;
    private bool _hasThread;
    private Timer? _substitute;
    private long _dueAt = long.MaxValue;
    private bool _isDisposed;

    /// <summary>Sets when it fires next: after a time, or never (<see cref="Timeout.InfiniteTimeSpan"/>).</summary>
    /// <param name="dueTime">The time until then.</param>
    /// <param name="period">Infinite: it does not repeat itself.</param>
    /// <returns>False after the disposing, when nothing fires any more.</returns>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(period, Timeout.InfiniteTimeSpan);
        var dueAt = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : Stopwatch.GetTimestamp() + (long)(dueTime.TotalMilliseconds * s_ticksPerMillisecond);
        lock (_gate)
        {
            if (_isDisposed) return false;

            // It wakes by itself for what is later. On its own thread nobody waits.
            var isEarlier = dueAt < _dueAt;
            _dueAt = dueAt;
            if (_hasThread)
            {
                if (isEarlier) Monitor.Pulse(_gate);
                return true;
            }

            _hasThread = _start("PeerReplica timer", Run);
            if (!_hasThread) (_substitute ??= NewSubstitute()).Change(dueTime, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>Ends it; what is running is not waited for.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _substitute?.Dispose();
            Monitor.Pulse(_gate);
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Without the caller's execution context, like the thread.</summary>
    private Timer NewSubstitute()
    {
        using (ExecutionContext.SuppressFlow()) return new Timer(static t => ((StepTimer)t!).RunSubstitute(), this, Timeout.Infinite, Timeout.Infinite);
    }

    private void RunSubstitute()
    {
        lock (_gate)
        {
            // A thread that was started meanwhile does it.
            if (_isDisposed || _hasThread || _dueAt == long.MaxValue) return;
            var left = _dueAt - Stopwatch.GetTimestamp();
            if (left > 0)
            {
                // The runtime's timer is less exact, or the time was changed while this was on its way.
                _substitute!.Change(Math.Min((left + s_ticksPerMillisecond - 1) / s_ticksPerMillisecond, int.MaxValue), Timeout.Infinite);
                return;
            }

            _dueAt = long.MaxValue;
        }

        due();
    }

    private void Run()
    {
        while (WaitUntilDue()) due();
    }

    private bool WaitUntilDue()
    {
        lock (_gate)
        {
            while (!_isDisposed)
            {
                if (_dueAt == long.MaxValue)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                var left = _dueAt - Stopwatch.GetTimestamp();
                if (left <= 0)
                {
                    _dueAt = long.MaxValue;
                    return true;
                }

                // Rounded up: it would wake before its time, and wait again.
                Monitor.Wait(_gate, (int)Math.Min((left + s_ticksPerMillisecond - 1) / s_ticksPerMillisecond, int.MaxValue));
            }

            return false;
        }
    }
}
