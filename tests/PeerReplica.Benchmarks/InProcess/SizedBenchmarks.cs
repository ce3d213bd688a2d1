using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Benchmarks of objects with many entries.</summary>
public abstract class SizedBenchmarks : ComparedBenchmarks
{
    /// <summary>How many accesses one invocation makes; the next goes on where it ended (<see cref="Probes{TKey}"/>).</summary>
    protected const int Operations = 100_000;

    [ParamsSource(nameof(AllEntries))]
    public int Entries { get; set; }

    public IEnumerable<int> AllEntries => Sizes.Entries;
}
