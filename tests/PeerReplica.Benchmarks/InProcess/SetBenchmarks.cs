using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A set beside the keys of the framework's concurrent dictionary, elements in random order.</summary>
public class SetBenchmarks : SizedBenchmarks
{
    private SetFixture _fixture = null!;
    private TwoThreads _threads = null!;

    [GlobalSetup]
    public void Setup()
    {
        _fixture = SetFixture.Of(Entries, Operations);
        _threads = new TwoThreads();
    }

    [GlobalCleanup]
    public void Cleanup() => _threads.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("contains")]
    public int DictionaryContains() => ContainsBare(_fixture.Present[0]);

    [Goal(Ratio = 1.1, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("contains")]
    public int Contains() => ContainsAll(_fixture.Present[0]);

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("contains missing")]
    public int DictionaryContainsMissing() => ContainsBare(_fixture.Absent);

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("contains missing")]
    public int ContainsMissing() => ContainsAll(_fixture.Absent);

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("contains, 2 threads")]
    public void DictionaryContainsByTwo() => _threads.Run(thread => ContainsBare(_fixture.Present[thread]));

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("contains, 2 threads")]
    public void ContainsByTwo() => _threads.Run(thread => ContainsAll(_fixture.Present[thread]));

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("add existing")]
    public void DictionaryAddExisting() => AddBare(_fixture.Present[0]);

    /// <summary>Adding anew is a write, since it wins over a removal that has not seen it; the dictionary does nothing.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("add existing")]
    public void AddExisting() => AddAll(_fixture.Present[0]);

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add existing, 2 threads")]
    public void DictionaryAddExistingByTwo() => _threads.Run(thread => AddBare(_fixture.Present[thread]));

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add existing, 2 threads")]
    public void AddExistingByTwo() => _threads.Run(thread => AddAll(_fixture.Present[thread]));

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("add, remove")]
    public void DictionaryAddAndRemove()
    {
        foreach (var key in _fixture.Absent.Next())
        {
            _fixture.Bare.TryAdd(key, 0);
            _fixture.Bare.TryRemove(key, out _);
        }
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("add, remove")]
    public void AddAndRemove()
    {
        foreach (var key in _fixture.Absent.Next())
        {
            _fixture.Set.Add(key);
            _fixture.Set.Remove(key);
        }
    }

    private int ContainsBare(Probes<string> probes)
    {
        var (found, bare) = (0, _fixture.Bare);
        foreach (var key in probes.Next()) found += bare.ContainsKey(key) ? 1 : 0;
        return found;
    }

    private int ContainsAll(Probes<string> probes)
    {
        var (found, set) = (0, _fixture.Set);
        foreach (var key in probes.Next()) found += set.Contains(key) ? 1 : 0;
        return found;
    }

    private void AddBare(Probes<string> probes)
    {
        foreach (var key in probes.Next()) _fixture.Bare.TryAdd(key, 0);
    }

    private void AddAll(Probes<string> probes)
    {
        foreach (var key in probes.Next()) _fixture.Set.Add(key);
    }
}
