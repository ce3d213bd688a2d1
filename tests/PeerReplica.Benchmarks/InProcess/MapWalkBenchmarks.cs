using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Going through a whole map: a figure is for the walk, not for the entry. The dictionary's count takes its locks and adds up, and does not walk.</summary>
public class MapWalkBenchmarks : SizedBenchmarks
{
    private MapFixture<string> _fixture = null!;

    [GlobalSetup]
    public void Setup() => _fixture = MapFixture<string>.Of(Entries, Operations);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("enumerate")]
    public long DictionaryEnumerate()
    {
        var sum = 0L;
        foreach (var (_, value) in _fixture.Bare) sum += value;
        return sum;
    }

    [Benchmark]
    [BenchmarkCategory("enumerate")]
    public long Enumerate()
    {
        var sum = 0L;
        foreach (var (_, value) in _fixture.Map) sum += value;
        return sum;
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("count")]
    public int DictionaryCount() => _fixture.Bare.Count;

    [Benchmark]
    [BenchmarkCategory("count")]
    public int Count() => _fixture.Map.Count;
}
