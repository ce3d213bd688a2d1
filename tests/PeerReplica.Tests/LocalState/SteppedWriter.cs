namespace PeerReplica.Tests.LocalState;

/// <summary>A thread that runs one piece of work at a time, from pause to pause, whenever it is told to take the next step.</summary>
internal sealed class SteppedWriter : IDisposable
{
    [ThreadStatic]
    private static SteppedWriter? t_current;

    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _paused = new(0);
    private readonly Task _thread;
    private Action? _work;
    private bool _isDisposed;

    public SteppedWriter() => _thread = OwnThread.Start(Loop);

    public bool IsFinished { get; private set; } = true;

    /// <summary>Pauses the writer whose thread this is, if it is one.</summary>
    public static void Pause()
    {
        if (t_current is not { } current) return;
        current._paused.Release();
        current._go.Wait();
    }

    public void Begin(Action work) => (_work, IsFinished) = (work, false);

    /// <summary>Runs up to the next pause, or to the end.</summary>
    public void Step()
    {
        if (IsFinished) return;
        _go.Release();
        _paused.Wait();
    }

    public void Finish()
    {
        while (!IsFinished) Step();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _go.Release();
        _thread.Wait();
        _go.Dispose();
        _paused.Dispose();
    }

    private void Loop()
    {
        t_current = this;
        while (true)
        {
            _go.Wait();
            if (_isDisposed) return;
            _work!();
            IsFinished = true;
            _paused.Release();
        }
    }
}
