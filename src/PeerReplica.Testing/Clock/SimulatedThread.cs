namespace PeerReplica.Testing.Clock;

/// <summary>
/// Keeps asynchronous code on the simulator's thread. Without a synchronization context, whatever awaits a task goes on inline where the task is completed. The simulator's events complete
/// all tasks of a simulation: so all of it runs in one thread and in one order, although the library awaits with <c>ConfigureAwait(false)</c>.
/// </summary>
internal static class SimulatedThread
{
    /// <summary>Runs something without a synchronization context, whatever the caller has.</summary>
    public static void Run(Action action)
    {
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }
}
