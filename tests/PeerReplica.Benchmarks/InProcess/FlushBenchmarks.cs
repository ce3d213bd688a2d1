using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// One flush of entries that exist and were written anew: giving the writes their dots, and writing the frames for one peer. The writing, the sending and the peer's
/// answer are not in the figures.
/// </summary>
public class FlushBenchmarks : DirtyBenchmarks
{
    private string[] _keys = [];
    private BareReplica[] _alone = [];
    private BarePair[] _pairs = [];
    private int _round;

    [GlobalSetup(Target = nameof(PublishAlone))]
    public void SetupAlone()
    {
        _keys = KeysOf(Dirty);
        _alone = [.. Enumerable.Range(1, Replicas).Select(i => new BareReplica(i))];
    }

    [GlobalSetup(Target = nameof(Flush))]
    public void SetupPairs()
    {
        _keys = KeysOf(Dirty);
        _pairs = [.. Enumerable.Range(0, Replicas).Select(_ => new BarePair())];
    }

    [IterationSetup(Target = nameof(PublishAlone))]
    public void WriteAlone()
    {
        _round++;
        foreach (var replica in _alone)
        {
            replica.Core.Outputs.Clear();
            replica.Wait(TimeSpan.FromMilliseconds(500));
            SetAll(replica, _keys, _round);
        }
    }

    [IterationSetup(Target = nameof(Flush))]
    public void WriteHere()
    {
        _round++;
        foreach (var pair in _pairs)
        {
            pair.Exchange();
            pair.Wait(TimeSpan.FromMilliseconds(500));
            SetAll(pair.Here, _keys, _round);
        }
    }

    /// <summary>Without a peer.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void PublishAlone()
    {
        foreach (var replica in _alone) replica.Flush();
    }

    /// <summary>With one peer, until its frames are written.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Flush()
    {
        foreach (var pair in _pairs) pair.Here.Flush();
    }
}
