using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// Writing a map beside the framework's concurrent dictionary, keys in random order. What is written is published on the thread pool meanwhile: one writer has a core
/// of two for itself, if the garbage collector leaves it that; two writers share both with the publishing.
/// </summary>
[GenericTypeArguments(typeof(string))]
[GenericTypeArguments(typeof(long))]
public class MapWriteBenchmarks<TKey> : SizedBenchmarks
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
    [BenchmarkCategory("write existing")]
    public void DictionaryWrite() => WriteBare(_fixture.Present[0].Next());

    /// <summary>The bytes of the goal are a value of 8 bytes as an object of its own; those of the publishing thread are counted as well.</summary>
    [Goal(Ratio = 1.5, Bytes = 24)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write existing")]
    public void Write() => WriteAll(_fixture.Present[0].Next());

    /// <summary>A key that is not there, and its removal: the entry may be there still, with a removal that is not collected.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write new, remove")]
    public void DictionaryWriteNewAndRemove()
    {
        foreach (var key in _fixture.Absent.Next())
        {
            _fixture.Bare[key] = 1L << 40;
            _fixture.Bare.TryRemove(key, out _);
        }
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write new, remove")]
    public void WriteNewAndRemove()
    {
        foreach (var key in _fixture.Absent.Next())
        {
            _fixture.Map.Set(key, 1L << 40);
            _fixture.Map.Remove(key);
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads, other keys")]
    public void DictionaryWriteOtherKeys() => _threads.Run(thread => WriteBare(_fixture.Halves[thread].Next()));

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads, other keys")]
    public void WriteOtherKeys() => _threads.Run(thread => WriteAll(_fixture.Halves[thread].Next()));

    /// <summary>Both threads go through the same keys in the same order, at the same time.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads, same keys")]
    public void DictionaryWriteSameKeys()
    {
        var keys = _fixture.Present[0].NextForTwo();
        _threads.Run(_ => WriteBare(keys.Span));
    }

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads, same keys")]
    public void WriteSameKeys()
    {
        var keys = _fixture.Present[0].NextForTwo();
        _threads.Run(_ => WriteAll(keys.Span));
    }

    private void WriteBare(ReadOnlySpan<TKey> keys)
    {
        var bare = _fixture.Bare;
        foreach (var key in keys) bare[key] = 1L << 40;
    }

    private void WriteAll(ReadOnlySpan<TKey> keys)
    {
        var map = _fixture.Map;
        foreach (var key in keys) map.Set(key, 1L << 40);
    }
}
