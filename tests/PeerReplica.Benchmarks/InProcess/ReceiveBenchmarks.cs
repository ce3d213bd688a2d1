using BenchmarkDotNet.Attributes;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>Handling the frames of one flush that arrive: judging, merging, acknowledging.</summary>
public class ReceiveBenchmarks : DirtyBenchmarks
{
    private string[] _keys = [];
    private BarePair[] _pairs = [];
    private int _round;

    [GlobalSetup]
    public void Setup()
    {
        _keys = KeysOf(Dirty);
        _pairs = NewPairs();
        FlushHere();
    }

    [IterationSetup(Target = nameof(MergeNew))]
    public void FlushNew()
    {
        _pairs = NewPairs();
        FlushHere();
    }

    [IterationSetup(Target = nameof(MergeExisting))]
    public void FlushAgain()
    {
        foreach (var pair in _pairs) pair.Exchange();
        FlushHere();
    }

    [IterationCleanup]
    public void Check()
    {
        foreach (var pair in _pairs) pair.Check();
    }

    /// <summary>Entries that are not there yet. What is allocated becomes the state.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void MergeNew() => Deliver();

    /// <summary>Entries that are there, and take on the new value.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void MergeExisting() => Deliver();

    private BarePair[] NewPairs() => [.. Enumerable.Range(0, Replicas).Select(_ => new BarePair())];

    private void FlushHere()
    {
        _round++;
        foreach (var pair in _pairs)
        {
            pair.Wait(TimeSpan.FromMilliseconds(500));
            SetAll(pair.Here, _keys, _round);
            pair.Here.Flush();
        }
    }

    private void Deliver()
    {
        foreach (var pair in _pairs) BarePair.Deliver(pair.Here, pair.There);
    }
}
