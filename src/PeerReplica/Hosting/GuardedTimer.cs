namespace PeerReplica.Hosting;

/// <summary>
/// A timer of the app's clock. What it was set to is not lost where the clock's timer throws: a timer of the system is set
/// instead. Thread-safe, if the clock's timers are.
/// </summary>
internal sealed class GuardedTimer : ITimer
{
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly Lock _gate = new();
    private readonly ITimer? _inner;
    private ITimer? _substitute;
    private bool _isDisposed;

    public GuardedTimer(TimeProvider clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_callback, _state) = (callback, state);
        try
        {
            _inner = clock.CreateTimer(callback, state, dueTime, period);
        }
        catch (Exception)
        {
            Substitute(dueTime, period);
        }
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        try
        {
            if (_inner is not null) return _inner.Change(dueTime, period);
        }
        catch (Exception)
        {
            // As below.
        }

        return Substitute(dueTime, period);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _substitute?.Dispose();
        }

        try
        {
            _inner?.Dispose();
        }
        catch (Exception)
        {
            // What it fires from now on finds that the replica has ended.
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Substitute(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (_isDisposed) return false;
            _substitute ??= TimeProvider.System.CreateTimer(_callback, _state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return _substitute.Change(dueTime, period);
        }
    }
}
