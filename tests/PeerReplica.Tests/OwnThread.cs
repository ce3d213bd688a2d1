namespace PeerReplica.Tests;

/// <summary>Runs work on a thread of its own, and not on the pool, where others may wait.</summary>
internal static class OwnThread
{
    public static Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
