using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A flag beside a bare number: a volatile read, and exchanges.</summary>
public class FlagBenchmarks : ComparedBenchmarks
{
    private const int Operations = 200_000;

    private LocalReplica _local = null!;
    private TwoThreads _threads = null!;
    private IFlag _flag = null!;
    private int _bare;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddFlag("f"));
        _flag = _local.Replica.GetFlag("f");
        _flag.Enable();
        _local.Settle();
        _threads = new TwoThreads();
        _bare = 1;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _threads.Dispose();
        _local.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public int VolatileRead()
    {
        var sum = 0;
        for (var i = 0; i < Operations; i++) sum += Volatile.Read(ref _bare);
        return sum;
    }

    [Goal(Nanoseconds = 3, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public int Read()
    {
        var sum = 0;
        for (var i = 0; i < Operations; i++) sum += _flag.IsEnabled ? 1 : 0;
        return sum;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("enable again")]
    public void Exchange()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Exchange(ref _bare, 1);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("enable again")]
    public void EnableAgain()
    {
        for (var i = 0; i < Operations; i++) _flag.Enable();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("disable, enable")]
    public void TwoExchanges()
    {
        for (var i = 0; i < Operations; i++)
        {
            Interlocked.Exchange(ref _bare, 0);
            Interlocked.Exchange(ref _bare, 1);
        }
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("disable, enable")]
    public void DisableAndEnable()
    {
        for (var i = 0; i < Operations; i++)
        {
            _flag.Disable();
            _flag.Enable();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void VolatileReadByTwo() => _threads.Run(_ => VolatileRead());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void ReadByTwo() => _threads.Run(_ => Read());

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("enable again, 2 threads")]
    public void ExchangeByTwo() => _threads.Run(_ => Exchange());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("enable again, 2 threads")]
    public void EnableAgainByTwo() => _threads.Run(_ => EnableAgain());

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("disable, enable, 2 threads")]
    public void TwoExchangesByTwo() => _threads.Run(_ => TwoExchanges());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("disable, enable, 2 threads")]
    public void DisableAndEnableByTwo() => _threads.Run(_ => DisableAndEnable());
}
