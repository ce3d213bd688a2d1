using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A register beside a bare number: a volatile read, and an exchange, which like the register's write is one locked operation on one place.</summary>
public class RegisterBenchmarks : ComparedBenchmarks
{
    private const int Operations = 200_000;

    private LocalReplica _local = null!;
    private IRegister<long> _register = null!;
    private TwoThreads _threads = null!;
    private long _bare;

    [GlobalSetup]
    public void Setup()
    {
        _local = new LocalReplica(r => r.AddRegister<long>("r"));
        _register = _local.Replica.GetRegister<long>("r");
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
    public long VolatileRead() => ReadBare();

    [Goal(Nanoseconds = 3, Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("read")]
    public long Read() => ReadAll();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void VolatileReadByTwo() => _threads.Run(_ => ReadBare());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("read, 2 threads")]
    public void ReadByTwo() => _threads.Run(_ => ReadAll());

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write")]
    public void Exchange() => WriteBare();

    [Benchmark(OperationsPerInvoke = Operations)]
    [BenchmarkCategory("write")]
    public void Write() => WriteAll();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads")]
    public void ExchangeByTwo() => _threads.Run(_ => WriteBare());

    [Benchmark(OperationsPerInvoke = Operations * 2)]
    [BenchmarkCategory("write, 2 threads")]
    public void WriteByTwo() => _threads.Run(_ => WriteAll());

    private long ReadBare()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += Volatile.Read(ref _bare);
        return sum;
    }

    private long ReadAll()
    {
        var sum = 0L;
        for (var i = 0; i < Operations; i++) sum += _register.Value;
        return sum;
    }

    private void WriteBare()
    {
        for (var i = 0; i < Operations; i++) Interlocked.Exchange(ref _bare, i);
    }

    private void WriteAll()
    {
        for (var i = 0; i < Operations; i++) _register.Set(Keys.Number(i));
    }
}
