namespace PeerReplica.Tests;

/// <summary>Counts what a piece of code allocates on its thread.</summary>
internal static class Allocations
{
    private const int Times = 6;

    public static long Of(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>
    /// The least of several counts: the first run makes what is kept for the next, and a collection that another thread begins may add up to the size of a thread's
    /// allocation buffer.
    /// </summary>
    public static long Least(Func<long> count) => Enumerable.Range(0, Times).Min(_ => count());

    /// <inheritdoc cref="Least(Func{long})"/>
    public static long Least(Action action) => Least(() => Of(action));
}
