using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PeerReplica.Diagnostics;

/// <summary>
/// Hands messages to the app's logger outside the replica's gate, one at a time and in their order: at once where the gate is not
/// held, later where it is. The app's logger is foreign code, which may block, throw, or call the replica. Thread-safe.
/// </summary>
/// <param name="inner">The app's logger.</param>
/// <param name="schedule">Runs a delivery soon, on another thread.</param>
/// <param name="isGateHeld">Whether the current thread holds the gate.</param>
internal sealed class DeferredLogger(ILogger inner, Action<Action> schedule, Func<bool> isGateHeld) : ILogger
{
    /// <summary>More messages than this are not kept: the logger is stuck, and memory must stay bounded.</summary>
    internal const int Capacity = 4096;

    /// <summary>How long <see cref="Flush"/> waits for a delivery that runs on another thread.</summary>
    private static readonly TimeSpan s_flushTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Action<ILogger>> _waiting = new();
    private readonly Lock _delivering = new();
    private int _count;
    private int _isScheduled;
    private int _dropped;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <summary>Whether messages go anywhere. The app's logger is asked for the level at delivery.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && inner is not NullLogger;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        if (Interlocked.Increment(ref _count) > Capacity)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _waiting.Enqueue(logger =>
        {
            if (logger.IsEnabled(logLevel)) logger.Log(logLevel, eventId, state, exception, (s, e) => Printable.Escape(formatter(s, e)));
        });
        if (isGateHeld() || _delivering.IsHeldByCurrentThread || !TryDeliver(TimeSpan.Zero)) ScheduleDelivery();
    }

    /// <summary>Delivers what waits before it returns, unless another thread is held up in the app's logger.</summary>
    public void Flush() => TryDeliver(s_flushTimeout);

    private bool TryDeliver(TimeSpan patience)
    {
        if (!_delivering.TryEnter(patience)) return false;
        try
        {
            DeliverAll();
            return true;
        }
        finally
        {
            _delivering.Exit();
        }
    }

    private void ScheduleDelivery()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0) schedule(Deliver);
    }

    private void Deliver()
    {
        lock (_delivering)
        {
            // Lowered before the queue is read: a message that comes after that schedules anew.
            Interlocked.Exchange(ref _isScheduled, 0);
            DeliverAll();
        }
    }

    private void DeliverAll()
    {
        // No more than there are now: a logger that makes the replica log again must not hold a thread forever.
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var message); left--)
        {
            Interlocked.Decrement(ref _count);
            Try(message);
        }

        if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped) Try(logger => Diagnostics.Log.Dropped(logger, dropped));
        if (!_waiting.IsEmpty) ScheduleDelivery();
    }

    private void Try(Action<ILogger> message)
    {
        try
        {
            message(inner);
        }
        catch (Exception)
        {
            // There is no other place to report that the app's logger failed; the next message is tried all the same.
        }
    }
}
