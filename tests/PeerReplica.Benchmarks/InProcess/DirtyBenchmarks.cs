using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// Benchmarks of the core. All figures are for an entry. 1,000 entries are measured in 100 replicas of 1,000 each, one after the other, so that an invocation is long
/// enough to be measured; each finds its entries cold. There is no baseline: what counts is what is allocated.
/// </summary>
[MemoryDiagnoser]
public abstract class DirtyBenchmarks
{
    protected const int Operations = 100_000;

    [ParamsSource(nameof(AllDirty))]
    public int Dirty { get; set; }

    public IEnumerable<int> AllDirty => Sizes.Dirty;

    protected int Replicas => Operations / Dirty;

    protected static string[] KeysOf(int count) => [.. Enumerable.Range(0, count).Select(Keys.Of<string>)];

    private protected static void SetAll(BareReplica replica, string[] keys, int round)
    {
        for (var i = 0; i < keys.Length; i++) replica.Set(keys[i], Keys.Number(round + i));
    }
}
