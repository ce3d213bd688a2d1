namespace PeerReplica.Benchmarks.Load.Stamps;

/// <summary>An asynchronous loop over the register's changes, as an app has it.</summary>
internal sealed class ReplicaWatcher : StampObserver
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public ReplicaWatcher(IRegister<long> register)
    {
        Begin(register.Value);
        _watching = WatchAsync(register);
    }

    public override void Dispose()
    {
        base.Dispose();
        _stop.Dispose();
    }

    protected override void Close()
    {
        if (_watching.IsCompleted) return;
        _stop.Cancel();
        _watching.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
    }

    private async Task WatchAsync(IRegister<long> register)
    {
        await foreach (var stamp in register.WatchAsync(_stop.Token)) Note(stamp);
    }
}
