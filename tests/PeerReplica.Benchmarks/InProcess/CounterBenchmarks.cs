using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A counter beside the bare interlocked addition and the bare volatile read.</summary>
public class CounterBenchmarks : ComparedBenchmarks
{
    private const int Operations = 1_000_000;

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
    [BenchmarkCategory("add")]
    public void InterlockedAdd()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Add(ref _bare, 1);
    }

    [Goal(Ratio = 1.3, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("add")]
    public void Add()
    {
        for (var i = 0; i < Operations; i++) _counter.Add(1);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public long VolatileRead()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += Volatile.Read(ref _bare);
        return sum;
    }

    [Goal(Nanoseconds = 3, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public long Read()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _counter.Value;
        return sum;
    }
}
