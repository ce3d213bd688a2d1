using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// Additions by two threads. The figure is the time from beginning to end, divided by the additions of both. The baseline of one counter is one number that both
/// add to; of two counters two numbers, cache lines apart.
/// </summary>
public class CounterTwoThreadsBenchmarks : ComparedBenchmarks
{
    private const int Operations = 1_000_000;

    private readonly long[] _bare = new long[128];
    private LocalReplica _local = null!;
    private ICounter[] _counters = [];
    private TwoThreads _apart = null!;
    private TwoThreads _meeting = null!;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r =>
        {
            r.AddCounter("a");
            r.AddCounter("b");
        });
        _counters = [_local.Replica.GetCounter("a"), _local.Replica.GetCounter("b")];
        _apart = new TwoThreads();
        _meeting = new TwoThreads(meet: true);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _apart.Dispose();
        _meeting.Dispose();
        _local.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add to one")]
    public void InterlockedAddToOne() => _apart.Run(_ => AddBare(32));

    [Goal(Ratio = 0.5, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add to one")]
    public void AddToOne() => _apart.Run(_ => Add(_counters[0]));

    /// <summary>Should the two threads be given the same cell: of threads that are drawn at random each pair is, once for every cell.</summary>
    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add to one")]
    public void AddToOneCell() => _meeting.Run(_ => Add(_counters[0]));

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add to two")]
    public void InterlockedAddToTwo() => _apart.Run(thread => AddBare(32 + (thread * 64)));

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("add to two")]
    public void AddToTwo() => _apart.Run(thread => Add(_counters[thread]));

    private static void Add(ICounter counter)
    {
        for (var i = 0; i < Operations; i++) counter.Add(1);
    }

    private void AddBare(int index)
    {
        ref var bare = ref _bare[index];
        for (var i = 0; i < Operations; i++) Interlocked.Add(ref bare, 1);
    }
}
