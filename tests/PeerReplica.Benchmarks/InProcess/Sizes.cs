namespace PeerReplica.Benchmarks.InProcess;

/// <summary>How many entries the benchmarks run with.</summary>
internal static class Sizes
{
    /// <summary>Whether each benchmark is to run once and small, to see that it runs.</summary>
    public static bool IsSmoke { get; set; }

    public static int[] Entries => IsSmoke ? [1_000] : [1_000, 1_000_000];

    public static int[] Dirty => IsSmoke ? [1_000] : [1_000, 100_000];
}
