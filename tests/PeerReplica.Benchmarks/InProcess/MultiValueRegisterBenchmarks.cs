using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A register that shows all values, here one, beside a bare number. Reading takes the gate and makes a list.</summary>
public class MultiValueRegisterBenchmarks : ComparedBenchmarks
{
    private const int Operations = 100_000;

    private LocalReplica _local = null!;
    private IMultiValueRegister<long> _register = null!;
    private long _bare;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddMultiValueRegister<long>("r"));
        _register = _local.Replica.GetMultiValueRegister<long>("r");
        _register.Set(Keys.Number(0));
        _local.Settle();
    }

    [GlobalCleanup]
    public void Cleanup() => _local.Dispose();

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
}
