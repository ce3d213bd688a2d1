using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>What each step costs, however little it does: what is allocated here is allocated a few hundred times a second for each link.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private const int Operations = 1_000;

    private readonly BarePair _pair = new();
    private readonly BareReplica _alone = new(1);

    [GlobalCleanup]
    public void Check() => _pair.Check();

    /// <summary>A step in which nothing is due.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void NothingIsDue()
    {
        for (var i = 0; i < Operations; i++) _pair.Here.Core.Pump(_pair.Here.Now);
    }

    /// <summary>A counter that is added to, without a peer.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void PublishOneCounter()
    {
        for (var i = 0; i < Operations; i++)
        {
            _alone.Wait(_alone.BroadcastInterval);
            _alone.Add(1);
            _alone.Flush();
            _alone.Core.Outputs.Clear();
        }
    }

    /// <summary>A counter that is added to, all the way: published, sent, merged by the peer, acknowledged. The steps of both replicas.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void CounterToPeer()
    {
        for (var i = 0; i < Operations; i++)
        {
            _pair.Wait(_pair.Here.BroadcastInterval);
            _pair.Here.Add(1);
            _pair.Here.Flush();
            _pair.Exchange();
        }
    }
}
