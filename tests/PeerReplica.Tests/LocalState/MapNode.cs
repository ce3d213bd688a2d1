using PeerReplica.Benchmarks.InProcess;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.LocalState;

/// <summary>A store with one map and the local state that it needs, without core, host and clock.</summary>
internal class MapNode<TValue> : QuietLocalState
{
    private const DataFlags Whole = DataFlags.First | DataFlags.Last;
    private static readonly TransferLimits s_limits = new(1_024, 16 << 20, new HybridTimestamp(ulong.MaxValue));

    private readonly DeltaWriter _writer = new();
    private readonly DeltaReaderState _reader = new();
    private ulong _sent;

    public MapNode(int id)
    {
        var serializer = new SystemTextJsonReplicaSerializer();
        Store = new Store(new ReplicaId((UInt128)id));
        Map = new KeyedObject<string, TValue>(
            "m", ObjectKind.Map, ValueCodecs.ForKey<string>(serializer, "m"), ValueCodecs.For<TValue>(serializer, "m"), this, new PeerReplicaOptions());
        Store.Register(Map);
    }

    public static HybridTimestamp Noon { get; } = new(1L << 40, 0);

    public HybridTimestamp Clock { get; set; } = Noon;

    public Store Store { get; }

    public KeyedObject<string, TValue> Map { get; }

    public void Set(string key, TValue value) => Map.Write(key, Map.NewWrite(value));

    public void Publish()
    {
        foreach (var entry in Dirty) Store.Publish(entry);
        Dirty.Clear();
    }

    /// <summary>The body of a transfer of everything that was published here since the last one.</summary>
    public byte[] Write()
    {
        _writer.StartFresh();
        _writer.BeginTransfer(new VersionVector(), Store.Origins);
        var to = Store.Vector[OriginTable.Self];
        var transfer = new OutgoingTransfer();
        transfer.Begin(Store, [new(OriginTable.Self, _sent, to)], isFullState: false);
        _sent = to;
        Assert.True(_writer.Fill(Store, transfer, int.MaxValue, Now));
        return _writer.Waiting.ToArray();
    }

    /// <summary>Judges and applies a transfer. Returns how many of its records changed something.</summary>
    public int Receive(ReadOnlySpan<byte> body)
    {
        _reader.StartFresh();
        Assert.Equal(DeltaVerdict.Applied, Store.Judge(body, Whole, _reader, new VersionVector(), s_limits));
        return Store.ApplyTransfer(body, Whole, _reader, Now, new List<int>());
    }

    public override HybridTimestamp Stamp() => Clock;
}
