using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A presence with this replica's value alone, beside a concurrent dictionary with one. Reading makes a sorted copy.</summary>
public class PresenceBenchmarks : ComparedBenchmarks
{
    private const int Operations = 50_000;

    private readonly ConcurrentDictionary<ReplicaId, long> _bare = new();
    private LocalReplica _local = null!;
    private TwoThreads _threads = null!;
    private IPresence<long> _presence = null!;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddPresence<long>("p"));
        _presence = _local.Replica.GetPresence<long>("p");
        _presence.Set(Keys.Number(0));
        _bare[_local.Replica.Self.Id] = Keys.Number(0);
        _local.Settle();
        _threads = new TwoThreads();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _threads.Dispose();
        _local.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read all")]
    public int DictionaryCopy()
    {
        var count = 0;
        for (var i = 0; i < Operations; i++) count += new SortedDictionary<ReplicaId, long>(_bare).Count;
        return count;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read all")]
    public int Read()
    {
        var count = 0;
        for (var i = 0; i < Operations; i++) count += _presence.Values.Count;
        return count;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write")]
    public void DictionaryWrite()
    {
        var id = _local.Replica.Self.Id;
        for (var i = 0; i < Operations; i++) _bare[id] = i;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write")]
    public void Write()
    {
        for (var i = 0; i < Operations; i++) _presence.Set(i);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read all, 2 threads")]
    public void DictionaryCopyByTwo() => _threads.Run(_ => DictionaryCopy());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read all, 2 threads")]
    public void ReadByTwo() => _threads.Run(_ => Read());

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads")]
    public void DictionaryWriteByTwo() => _threads.Run(_ => DictionaryWrite());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads")]
    public void WriteByTwo() => _threads.Run(_ => Write());
}
