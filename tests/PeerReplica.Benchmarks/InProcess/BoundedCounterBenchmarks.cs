using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A bounded counter with more rights than are ever taken, beside the bare interlocked addition and the bare loop that never goes below zero.</summary>
public class BoundedCounterBenchmarks : ComparedBenchmarks
{
    private const int Operations = 200_000;
    private const long Capacity = 1L << 55;

    private LocalReplica _local = null!;
    private IBoundedCounter _counter = null!;
    private IBoundedCounter _soldOut = null!;
    private TwoThreads _threads = null!;
    private long _bare;
    private long _bareLeft;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r =>
        {
            r.AddBoundedCounter("c", Capacity, new BoundedCounterOptions());
            r.AddBoundedCounter("sold out", 1, new BoundedCounterOptions());
        });
        _counter = _local.Replica.GetBoundedCounter("c");
        _soldOut = _local.Replica.GetBoundedCounter("sold out");
        _bareLeft = Capacity;
        LocalReplica.WaitUntil(() => _counter.AvailableHere == Capacity && _soldOut.TryTake(), "The replica got no rights.");
        _threads = new TwoThreads();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _threads.Dispose();
        _local.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public void InterlockedAdd()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Add(ref _bare, -1);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public int CompareAndSwap() => BareTakes();

    [Goal(Ratio = 3, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public int TryTake() => Takes(_counter);

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public int TryTakeThatFails() => Takes(_soldOut);

    /// <summary>Gives one back that was taken.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public void TakeAndReturn()
    {
        for (var i = 0; i < Operations; i++)
        {
            _counter.TryTake();
            _counter.Return();
        }
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public long AvailableHere()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _counter.AvailableHere;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("1 thread")]
    public long Available()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _counter.Available;
        return sum;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("2 threads")]
    public void InterlockedAddByTwoThreads() => _threads.Run(_ => InterlockedAdd());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("2 threads")]
    public void CompareAndSwapByTwoThreads() => _threads.Run(_ => BareTakes());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("2 threads")]
    public void TryTakeByTwoThreads() => _threads.Run(_ => Takes(_counter));

    private static int Takes(IBoundedCounter counter)
    {
        var taken = 0;
        for (var i = 0; i < Operations; i++)
        {
            if (counter.TryTake()) taken++;
        }

        return taken;
    }

    private int BareTakes()
    {
        var taken = 0;
        for (var i = 0; i < Operations; i++)
        {
            var left = Volatile.Read(ref _bareLeft);
            while (left >= 1)
            {
                var seen = Interlocked.CompareExchange(ref _bareLeft, left - 1, left);
                if (seen == left)
                {
                    taken++;
                    break;
                }

                left = seen;
            }
        }

        return taken;
    }
}
