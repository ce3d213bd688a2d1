using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A register that shows all values, here one, beside a bare number. Reading takes the gate and makes a list.</summary>
public class MultiValueRegisterBenchmarks : ComparedBenchmarks
{
    private const int Operations = 100_000;

    private LocalReplica _local = null!;
    private TwoThreads _threads = null!;
    private IMultiValueRegister<long> _register = null!;
    private long _bare;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddMultiValueRegister<long>("r"));
        _register = _local.Replica.GetMultiValueRegister<long>("r");
        _register.Set(Keys.Number(0));
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
    [BenchmarkCategory("read")]
    public long VolatileRead()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += Volatile.Read(ref _bare);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public long Read()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _register.Values[0];
        return sum;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write")]
    public void Exchange()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Exchange(ref _bare, i);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write")]
    public void Write()
    {
        for (var i = 0; i < Operations; i++) _register.Set(Keys.Number(i));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void VolatileReadByTwo() => _threads.Run(_ => VolatileRead());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void ReadByTwo() => _threads.Run(_ => Read());

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads")]
    public void ExchangeByTwo() => _threads.Run(_ => Exchange());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads")]
    public void WriteByTwo() => _threads.Run(_ => Write());
}
