using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A bounded counter with more rights than are ever taken, beside the bare interlocked addition and the bare loop that never goes below zero.</summary>
[MemoryDiagnoser]
public class BoundedCounterBenchmarks
{
    private const int Operations = 100_000;
    private const long Capacity = 1L << 55;

    private LocalReplica _local = null!;
    private IBoundedCounter _counter = null!;
    private IBoundedCounter _soldOut = null!;
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
        if (!SpinWait.SpinUntil(() => _counter.AvailableHere == Capacity && _soldOut.TryTake(), TimeSpan.FromSeconds(10)))
            throw new InvalidOperationException("The replica got no rights.");
    }

    [GlobalCleanup]
    public void Cleanup() => _local.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public void InterlockedAdd()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Add(ref _bare, -1);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int CompareAndSwap() => BareTakes();

    [Benchmark(OperationsPerInvoke = Operations)]
    public int TryTake() => Takes(_counter);

    [Benchmark(OperationsPerInvoke = Operations)]
    public int TryTakeThatFails() => Takes(_soldOut);

    [Benchmark(OperationsPerInvoke = Operations)]
    public long AvailableHere()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _counter.AvailableHere;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public long Available()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _counter.Available;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    public void InterlockedAddByTwoThreads() => TwoThreads.Run(InterlockedAdd);

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    public void CompareAndSwapByTwoThreads() => TwoThreads.Run(() => BareTakes());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    public void TryTakeByTwoThreads() => TwoThreads.Run(() => Takes(_counter));

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
