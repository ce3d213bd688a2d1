using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Looking at an item of a pool, which takes the gate, beside a read of a concurrent dictionary. Taking one asks the item's owner, and is no local operation.</summary>
public class PoolBenchmarks : SizedBenchmarks
{
    private readonly ConcurrentDictionary<long, PoolItemState> _bare = new();
    private LocalReplica _local = null!;
    private IPool<long> _pool = null!;
    private Probes<long> _probes = null!;

    [GlobalSetup]
    public void Setup()
    {
        _local = Kept.Get(("pool", Entries), () => new LocalReplica(r => r.AddPool("p", Enumerable.Range(0, Entries).Select(Keys.Number))));
        _pool = _local.Replica.GetPool<long>("p");
        LocalReplica.WaitUntil(() => _pool.GetState(Keys.Number(0)) == PoolItemState.Free, "The pool's items came to nobody.");
        for (var i = 0; i < Entries; i++) _bare[Keys.Number(i)] = PoolItemState.Free;
        _probes = new(0, Entries, Operations, seed: 1);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("state")]
    public int DictionaryRead()
    {
        var free = 0;
        foreach (var key in _probes.Next()) free += _bare.TryGetValue(key, out var state) && state == PoolItemState.Free ? 1 : 0;
        return free;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("state")]
    public int State()
    {
        var free = 0;
        foreach (var key in _probes.Next()) free += _pool.GetState(key) == PoolItemState.Free ? 1 : 0;
        return free;
    }
}
