namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// The same work by the caller and by one other thread at once. The other thread lives as long as this: what starting one takes is not in the figure, only what
/// waking it takes, and both begin together.
/// </summary>
internal sealed class TwoThreads : IDisposable
{
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _other;
    private Action<int>? _work;
    private volatile int _arrived;
    private volatile int _done;

    /// <param name="meet">Whether to take a thread that is given the caller's cell of a striped sum, and not another.</param>
    public TwoThreads(bool meet = false)
    {
        // Cells are chosen by the lowest bits of the thread's number; threads that were passed over live until one was found, so that no number comes twice.
        var passedOver = new List<Thread>();
        var caller = Environment.CurrentManagedThreadId;
        while (true)
        {
            var thread = new Thread(Loop) { IsBackground = true };
            if (meet ? (thread.ManagedThreadId - caller) % 64 == 0 : ((thread.ManagedThreadId ^ caller) & 1) != 0)
            {
                _other = thread;
                break;
            }

            passedOver.Add(thread);
        }

        _other.Start();
        GC.KeepAlive(passedOver);
    }

    /// <summary>Calls the work with 0 here, and with 1 on the other thread.</summary>
    public void Run(Action<int> work)
    {
        _work = work;
        _arrived = 0;
        _done = 0;
        _wake.Set();
        var spin = default(SpinWait);
        while (_arrived == 0) spin.SpinOnce(sleep1Threshold: -1);
        _arrived = 2;
        work(0);
        while (_done == 0) spin.SpinOnce(sleep1Threshold: -1);
    }

    public void Dispose()
    {
        _work = null;
        _wake.Set();
        _other.Join();
        _wake.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _wake.WaitOne();
            if (_work is not { } work) return;
            _arrived = 1;
            while (_arrived == 1) Thread.SpinWait(1);
            work(1);
            _done = 1;
        }
    }
}
