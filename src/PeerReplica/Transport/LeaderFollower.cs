using System.Diagnostics.CodeAnalysis;

namespace PeerReplica.Transport;

/// <summary>
/// Two threads that do one thing in turns, after Schmidt et al., "Leader/Followers" (2000): the leader does it until it brings about a continuation, passes the lead on,
/// runs the continuation itself, and then waits to lead again. So what comes of an event costs no waking of another thread before it runs.
/// </summary>
/// <param name="name">The second thread's name; it is started when it is first needed.</param>
/// <param name="lead">What the leader does: returns a continuation to run, or <see langword="null"/> when all is over.</param>
/// <param name="start">Starts the second thread.</param>
[SuppressMessage("Design", "CA1001", Justification = "The last of the two threads disposes of it.")]
internal sealed class LeaderFollower(string name, Func<Action?> lead, ThreadStarter? start = null)
{
    private readonly ThreadStarter _start = start ?? BackgroundThread.TryStart;
    private readonly AutoResetEvent _passed = new(false);
    private int _threads = 1;
    private volatile bool _isFollowerWaiting;
    private volatile bool _isOver;

    /// <summary>
    /// Whether a continuation can be run now. Only for the leader. The other thread may still be busy with an earlier one, for as
    /// long as that takes, or the system may have refused to start it; then the next call tries again.
    /// </summary>
    public bool CanPass()
    {
        if (_threads == 1)
        {
            _threads = 2;
            if (!_start(name, Follow)) _threads = 1;
        }

        return _isFollowerWaiting;
    }

    /// <summary>Leads and follows on the caller's thread until all is over.</summary>
    public void Run()
    {
        while (lead() is { } continuation)
        {
            _isFollowerWaiting = false;
            _passed.Set();
            continuation();
            if (!WaitToLead())
            {
                _passed.Dispose();
                return;
            }
        }

        // Whoever follows, now or when it comes back from a continuation, takes note of it and is the last.
        _isOver = true;
        if (_threads == 1) _passed.Dispose();
        else _passed.Set();
    }

    private void Follow()
    {
        if (WaitToLead()) Run();
        else _passed.Dispose();
    }

    private bool WaitToLead()
    {
        _isFollowerWaiting = true;
        _passed.WaitOne();
        return !_isOver;
    }
}
