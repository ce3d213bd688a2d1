using System.Diagnostics;

namespace PeerReplica.Benchmarks.Load.Stamps;

/// <summary>Notes how old each stamp is when it is seen, in microseconds, on threads of its own.</summary>
internal abstract class StampObserver : IDisposable
{
    private readonly List<double> _ages = [];
    private readonly List<Thread> _threads = [];
    private volatile bool _isStopping;
    private long _last;

    /// <summary>Where the writer connects to, if it connects to this.</summary>
    public virtual int Port => 0;

    protected bool IsStopping => _isStopping;

    /// <summary>Ends observing; gives what was noted.</summary>
    public IReadOnlyList<double> Stop()
    {
        _isStopping = true;
        Close();
        foreach (var thread in _threads) thread.Join();
        return _ages;
    }

    public virtual void Dispose() => Close();

    /// <summary>Makes the threads end, also those that wait for bytes. May be called again.</summary>
    protected virtual void Close()
    {
    }

    protected void Run(Action observe)
    {
        var thread = new Thread(() =>
        {
            try
            {
                observe();
            }
            catch (Exception e) when (_isStopping && e is IOException or ObjectDisposedException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                // It waited for bytes when it was to end.
            }
        })
        { IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>By one thread. What was seen before, and what was there before the observer, is not noted again.</summary>
    protected void Note(long stamp)
    {
        if (stamp == _last) return;
        _ages.Add(Stopwatch.GetElapsedTime(stamp).TotalMicroseconds);
        _last = stamp;
    }

    protected void Begin(long stamp) => _last = stamp;

    /// <summary>Looks again and again, without a pause.</summary>
    protected void Spin(Func<long> read)
    {
        Begin(read());
        while (!_isStopping)
        {
            var stamp = read();
            if (stamp != _last) Note(stamp);
        }
    }
}
