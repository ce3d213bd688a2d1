using BenchmarkDotNet.Attributes;
using PeerReplica.Replication;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// The parts of sending and receiving by themselves: writing a transfer's body, reading it, judging it, and merging one of which the receiver contains everything,
/// or of which every entry has a later write at the receiver.
/// </summary>
public class TransferBenchmarks : DirtyBenchmarks
{
    private string[] _keys = [];
    private BareReplica[] _senders = [];
    private BareReplica[] _receivers = [];
    private TransferBody[] _bodies = [];
    private int _round;

    [GlobalSetup]
    public void Setup()
    {
        _keys = KeysOf(Dirty);
        _senders = [.. Enumerable.Range(1, Replicas).Select(i => new BareReplica(i))];
        _receivers = [.. Enumerable.Range(1, Replicas).Select(i => new BareReplica(1_000 + i))];
        _bodies = [.. _senders.Select(s => new TransferBody(s))];
        WriteAll(_senders);
        foreach (var (body, receiver) in _bodies.Zip(_receivers))
        {
            body.Write(keep: true);
            if (body.Judge(receiver.Store) != DeltaVerdict.Applied) throw new InvalidOperationException("A receiver does not take what a sender wrote.");
            body.Apply(receiver.Store);
        }
    }

    /// <summary>The receiver's own writes are an hour ahead: whatever the senders write loses.</summary>
    [GlobalSetup(Target = nameof(MergeOvertaken))]
    public void SetupOvertaken()
    {
        Setup();
        foreach (var receiver in _receivers) receiver.Wait(TimeSpan.FromHours(1));
        WriteAll(_receivers);
    }

    [IterationSetup(Target = nameof(MergeOvertaken))]
    public void WriteAnew()
    {
        WriteAll(_senders);
        foreach (var body in _bodies) body.Write(keep: true);
    }

    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public int Encode()
    {
        var length = 0;
        foreach (var body in _bodies) length += body.Write(keep: false);
        return length;
    }

    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public int Decode()
    {
        var count = 0;
        foreach (var body in _bodies) count += body.Read();
        return count;
    }

    /// <summary>Reading, and looking at every record for what a receiver must not take. The bytes are known here, so nothing would be changed by them.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public int Judge()
    {
        var known = 0;
        for (var i = 0; i < _bodies.Length; i++) known += _bodies[i].Judge(_receivers[i].Store) == DeltaVerdict.Known ? 1 : 0;
        return known;
    }

    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public int MergeDuplicate() => ApplyAll();

    /// <summary>Each record is kept beside the receiver's later one, in place of the sender's before.</summary>
    [Goal(Bytes = 0)]
    [Benchmark(OperationsPerInvoke = Operations)]
    public int MergeOvertaken() => ApplyAll();

    private int ApplyAll()
    {
        var applied = 0;
        for (var i = 0; i < _bodies.Length; i++) applied += _bodies[i].Apply(_receivers[i].Store);
        return applied;
    }

    private void WriteAll(BareReplica[] replicas)
    {
        _round++;
        foreach (var replica in replicas)
        {
            replica.Wait(TimeSpan.FromMilliseconds(500));
            SetAll(replica, _keys, _round);
            replica.Publish();
        }
    }
}
