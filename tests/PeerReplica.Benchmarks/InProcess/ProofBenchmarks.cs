using BenchmarkDotNet.Attributes;
using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Wire;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>What the signatures of protected records cost: once for each flush that publishes some, and for each record that arrives.</summary>
[MemoryDiagnoser]
public class ProofBenchmarks
{
    private const int Batches = 256;
    private static readonly ObjectIdentity s_holds = new("tickets", ObjectKind.Reservation, "hold");

    private readonly EcdsaRecordSigner _signer = new();
    private Store _store = null!;
    private OpaqueEntry[] _entries = [];
    private (byte[] Key, byte[] Payload, byte[] Proof, ulong Sequence, HybridTimestamp Stamp)[] _arrived = [];
    private RecordProofs _receiver = null!;
    private byte _value;
    private int _next;

    /// <summary>How many protected records a flush publishes.</summary>
    [Params(1, 100)]
    public int Records { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _store = new Store(SigningId.Of(_signer.PublicKey)) { Proofs = new RecordProofs("benchmark", _signer, new EcdsaRecordVerifier()) };
        _entries = [.. Enumerable.Range(0, Records).Select(i => (OpaqueEntry)_store.ObjectOf(s_holds).EntryOf(Encoded(i)))];
        var arrived = new List<(byte[], byte[], byte[], ulong, HybridTimestamp)>();
        for (var batch = 0; batch < Batches; batch++)
        {
            Flush();
            var record = _entries[^1].Component(OriginTable.Self)!;
            var proof = new byte[record.Proof!.EncodedBytes(withObserved: true)];
            record.Proof.Encode(proof, withObserved: true);
            arrived.Add((_entries[^1].Key, record.Payload!, proof, record.Sequence, record.Stamp));
        }

        _arrived = [.. arrived];
        Console.WriteLine($"// {_arrived[0].Proof.Length + 4} bytes for each record of a flush of {Records}");
        _receiver = new RecordProofs("benchmark", null, new EcdsaRecordVerifier());
    }

    /// <summary>Publishing the records of one flush and signing them.</summary>
    [Benchmark]
    public void Flush()
    {
        _value++;
        foreach (var entry in _entries)
        {
            entry.PendingWrite = new DetachedRecord { Payload = new byte[100].Append(_value).ToArray(), Stamp = _store.MaxStamp.Next };
            _store.Publish(entry);
        }

        _store.Proofs!.Sign(_store.Origins);
    }

    /// <summary>Verifying a record of a flush that nothing else has arrived of.</summary>
    [Benchmark]
    public bool VerifyFirstOfFlush()
    {
        if (_next == 0) _receiver = new RecordProofs("benchmark", null, new EcdsaRecordVerifier());
        return Verify(_next++ % Batches);
    }

    /// <summary>Verifying a further record of a flush.</summary>
    [Benchmark]
    public bool VerifyNextOfFlush() => Verify(0);

    private bool Verify(int index)
    {
        var arrived = _arrived[index];
        var record = new RawRecord
        {
            Flags = RecordFlags.Proof,
            Key = arrived.Key,
            Payload = arrived.Payload,
            Proof = arrived.Proof,
            Sequence = arrived.Sequence,
            Stamp = arrived.Stamp,
        };
        if (index == Batches - 1) _next = 0;
        return _receiver.Verify(_store.Origins[OriginTable.Self], s_holds, record, [], out _) == ProofVerdict.Holds;
    }

    private static byte[] Encoded(int number)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePackWriter(buffer);
        output.WriteInt(number);
        output.Flush();
        return buffer.Written.ToArray();
    }
}
