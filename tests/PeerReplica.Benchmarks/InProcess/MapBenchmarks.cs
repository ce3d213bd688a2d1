using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A map beside the framework's concurrent dictionary, keys in random order.</summary>
[MemoryDiagnoser]
public class MapBenchmarks
{
    private LocalReplica _local = null!;
    private IReplicatedMap<long, long> _map = null!;
    private ConcurrentDictionary<long, long> _bare = null!;
    private long[] _order = [];

    [Params(1_000, 1_000_000)]
    public int Entries { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddMap<long, long>("m", null));
        _map = _local.Replica.GetMap<long, long>("m");
        _bare = new ConcurrentDictionary<long, long>();
        var random = new Random(1);
        _order = new long[100_000];
        for (var i = 0; i < Entries; i++)
        {
            _map.Set(i, i);
            _bare[i] = i;
        }

        for (var i = 0; i < _order.Length; i++) _order[i] = random.Next(Entries);
    }

    [GlobalCleanup]
    public void Cleanup() => _local.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = 100_000)]
    public long DictionaryRead()
    {
        var sum = 0L;
        foreach (var key in _order)
        {
            if (_bare.TryGetValue(key, out var value)) sum += value;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = 100_000)]
    public long Read()
    {
        var sum = 0L;
        foreach (var key in _order)
        {
            if (_map.TryGet(key, out var value)) sum += value;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = 100_000)]
    public void DictionaryWrite()
    {
        foreach (var key in _order) _bare[key] = key;
    }

    [Benchmark(OperationsPerInvoke = 100_000)]
    public void Write()
    {
        foreach (var key in _order) _map.Set(key, key);
    }
}
