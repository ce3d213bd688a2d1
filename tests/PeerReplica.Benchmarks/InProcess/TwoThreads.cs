namespace PeerReplica.Benchmarks.InProcess;

/// <summary>The same work by two threads at once.</summary>
internal static class TwoThreads
{
    public static void Run(Action work)
    {
        var other = new Thread(() => work());
        other.Start();
        work();
        other.Join();
    }
}
