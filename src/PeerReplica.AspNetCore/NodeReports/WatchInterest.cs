namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>Whether somebody at this instance looks at the reports. Thread-safe.</summary>
internal sealed class WatchInterest
{
    private int _watchers;

    /// <summary>Called when the first came or the last left.</summary>
    public event Action? Changed;

    public bool IsWatching => Volatile.Read(ref _watchers) > 0;

    public void Begin()
    {
        if (Interlocked.Increment(ref _watchers) == 1) Changed?.Invoke();
    }

    public void End()
    {
        if (Interlocked.Decrement(ref _watchers) == 0) Changed?.Invoke();
    }
}
