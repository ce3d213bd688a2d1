using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A counter beside the bare interlocked addition.</summary>
[MemoryDiagnoser]
public class CounterBenchmarks
{
    private const int Operations = 100_000;

    private LocalReplica _local = null!;
    private ICounter _counter = null!;
    private long _bare;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddCounter("c"));
        _counter = _local.Replica.GetCounter("c");
    }

    [GlobalCleanup]
    public void Cleanup() => _local.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public void InterlockedAdd()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Add(ref _bare, 1);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Add()
    {
        for (var i = 0; i < Operations; i++) _counter.Add(1);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public long Read()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _counter.Value;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    public void InterlockedAddByTwoThreads() => TwoThreads.Run(() =>
    {
        for (var i = 0; i < Operations; i++) Interlocked.Add(ref _bare, 1);
    });

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    public void AddByTwoThreads() => TwoThreads.Run(() =>
    {
        for (var i = 0; i < Operations; i++) _counter.Add(1);
    });
}
