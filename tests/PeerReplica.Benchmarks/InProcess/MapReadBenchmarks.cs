using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Reading a map beside the framework's concurrent dictionary, keys in random order. Nothing is written meanwhile.</summary>
[GenericTypeArguments(typeof(string))]
[GenericTypeArguments(typeof(long))]
public class MapReadBenchmarks<TKey> : SizedBenchmarks
    where TKey : notnull
{
    private MapFixture<TKey> _fixture = null!;
    private TwoThreads _threads = null!;

    [GlobalSetup]
    public void Setup()
    {
        _fixture = MapFixture<TKey>.Of(Entries, Operations);
        _threads = new TwoThreads();
    }

    [GlobalCleanup]
    public void Cleanup() => _threads.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public long DictionaryRead() => ReadBare(_fixture.Present[0]);

    [Goal(Ratio = 1.1, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public long Read() => ReadAll(_fixture.Present[0]);

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read missing")]
    public long DictionaryReadMissing() => ReadBare(_fixture.Absent);

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read missing")]
    public long ReadMissing() => ReadAll(_fixture.Absent);

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("contains")]
    public int DictionaryContains()
    {
        var found = 0;
        foreach (var key in _fixture.Present[0].Next()) found += _fixture.Bare.ContainsKey(key) ? 1 : 0;
        return found;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("contains")]
    public int Contains()
    {
        var found = 0;
        foreach (var key in _fixture.Present[0].Next()) found += _fixture.Map.ContainsKey(key) ? 1 : 0;
        return found;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void DictionaryReadByTwo() => _threads.Run(thread => ReadBare(_fixture.Present[thread]));

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void ReadByTwo() => _threads.Run(thread => ReadAll(_fixture.Present[thread]));

    private long ReadBare(Probes<TKey> probes)
    {
        var (sum, bare) = (0L, _fixture.Bare);
        foreach (var key in probes.Next())
        {
            if (bare.TryGetValue(key, out var value)) sum += value;
        }

        return sum;
    }

    private long ReadAll(Probes<TKey> probes)
    {
        var (sum, map) = (0L, _fixture.Map);
        foreach (var key in probes.Next())
        {
            if (map.TryGetValue(key, out var value)) sum += value;
        }

        return sum;
    }
}
