using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>A data frame of each shape that a record can take, made by the writer from a small store.</summary>
internal static class GoldenDeltas
{
    private static readonly DataHeader s_header = new(1, DataFlags.First | DataFlags.Last | DataFlags.Fresh);
    private static readonly HybridTimestamp s_stamp = new(1_700_000_000_000, 0);
    private static readonly ObjectKinds s_map = Kind(ObjectKind.Map);
    private static readonly ObjectKinds s_counter = Kind(ObjectKind.Counter);

    public static IReadOnlyList<GoldenFrame> All { get; } =
    [
        Shape("data-live", Live, RecordFlags.NextSequence),
        Shape("data-counter", node => node.Write(s_counter, 0, -300, s_stamp), RecordFlags.NextSequence),
        Shape("data-stamp-counter", node => node.Write(s_map, 0, 1, new HybridTimestamp(1, 65_535)), RecordFlags.NextSequence | RecordFlags.Counter),
        Shape("data-expiry", Expiring, RecordFlags.NextSequence | RecordFlags.Expiry),
        Shape("data-sliding", node => Sliding(node, Instant.Never), RecordFlags.NextSequence | RecordFlags.Expiry | RecordFlags.Sliding),
        Shape("data-sliding-limited", node => Sliding(node, StoreNode.Now + TimeSpan.FromHours(8)), RecordFlags.NextSequence | RecordFlags.Expiry | RecordFlags.Sliding),
        Shape("data-touch", Touch, RecordFlags.NextSequence | RecordFlags.Expiry),
        Shape("data-removal", Removal, RecordFlags.Removal),
        Shape("data-same-object", SameObject, RecordFlags.NextSequence | RecordFlags.SameObject),
        Shape("data-observed", Observed, RecordFlags.NextSequence | RecordFlags.Observed),
        Shape("data-dead", Observed, RecordFlags.NextSequence | RecordFlags.Dead, isFullState: true),
        Shape("data-floor", Floor, RecordFlags.None, isFullState: true),
        Shape("data-empty", _ => { }, null),
    ];

    private static ObjectKinds Kind(ObjectKind kind) => ObjectKinds.All.Single(k => k.Kind == kind);

    /// <param name="name">The file's name.</param>
    /// <param name="fill">Brings a store to what is to be sent.</param>
    /// <param name="shape">The flags that one of the records must have, and no others; null: there is no record.</param>
    /// <param name="isFullState">Whether it is a full state.</param>
    private static GoldenFrame Shape(string name, Action<StoreNode> fill, RecordFlags? shape, bool isFullState = false)
    {
        var header = isFullState ? s_header with { Flags = s_header.Flags | DataFlags.FullState } : s_header;
        var sender = new Lazy<StoreNode>(() =>
        {
            var node = new StoreNode(0);
            fill(node);
            return node;
        });
        return new(
            name,
            MessageType.Data,
            o => MessageWriter.WriteData(o, header, sender.Value.Encode(sender.Value.SectionsFor(null), isFullState).Body),
            frame =>
            {
                var fields = GoldenTests.FieldsOf(frame);
                Assert.True(MessageReader.TryReadData(ref fields, out var read, out var body));
                Assert.Equal(header, read);
                Assert.Equal(shape is null, Flags(body).Count == 0);
                if (shape is not null) Assert.Contains(shape.Value, Flags(body));

                // Decoded by a store that holds nothing, it gives the sender's state.
                var receiver = new StoreNode(7);
                receiver.Deliver(new Delta(body.ToArray(), read.Flags));
                Assert.Equal(sender.Value.Describe(), receiver.Describe());
                Assert.True(receiver.Store.Floor.SameAs(sender.Value.Store.Floor) || isFullState);
            });
    }

    private static void Live(StoreNode node) => node.Write(s_map, 0, 1, s_stamp);

    private static void Expiring(StoreNode node) => node.Write(s_map, 2, 70_000, s_stamp, StoreNode.Now + TimeSpan.FromSeconds(90));

    private static void Sliding(StoreNode node, Instant notAfter)
    {
        var sliding = new SlidingExpiration(TimeSpan.FromMinutes(20), notAfter);
        node.Write(s_map, 2, 70_000, s_stamp, sliding.EndAfterUse(StoreNode.Now), sliding);
    }

    private static void Touch(StoreNode node) =>
        node.Write(Kind(ObjectKind.Touches), 2, int.MaxValue, s_stamp, StoreNode.Now + TimeSpan.FromMinutes(22));

    private static void Removal(StoreNode node)
    {
        Live(node);
        node.Write(s_map, 0, null, new HybridTimestamp(1_700_000_000_001, 0));
    }

    private static void SameObject(StoreNode node)
    {
        Live(node);
        node.Write(s_map, 1, 2, new HybridTimestamp(1_699_999_999_999, 0));
    }

    /// <summary>A record of another origin, and one of ours that saw it.</summary>
    private static void Observed(StoreNode node)
    {
        var other = new StoreNode(1);
        other.Write(s_map, 3, 1, s_stamp);
        node.Deliver(other.DeltaFor(node));
        node.Write(s_map, 3, 2, new HybridTimestamp(1_700_000_000_001, 0));
    }

    private static void Floor(StoreNode node)
    {
        Removal(node);
        node.Write(s_map, 1, 1, s_stamp);
        node.Store.Collect(node.Store.Vector.Copy(), 100);
    }

    private static List<RecordFlags> Flags(ReadOnlySpan<byte> body)
    {
        var flags = new List<RecordFlags>();
        var reader = new DeltaReader(body, new DeltaReaderState());
        var raw = default(RawRecord);
        Assert.NotNull(reader.ReadFloor());
        while (!reader.End)
        {
            Assert.True(reader.TryReadSection(out _, out _, out _));
            while (!reader.TryEndSection())
            {
                Assert.True(reader.TryReadRecord(ref raw));
                flags.Add(raw.Flags);
            }
        }

        return flags;
    }
}
