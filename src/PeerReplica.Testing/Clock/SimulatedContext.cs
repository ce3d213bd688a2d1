namespace PeerReplica.Testing.Clock;

/// <summary>Puts what follows an <c>await</c> into virtual time, so that asynchronous code runs in one thread and in one order.</summary>
internal sealed class SimulatedContext(EventQueue events) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => events.Add(null, 0, () => d(state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs something with this context current.</summary>
    public void Run(Action action)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }
}
