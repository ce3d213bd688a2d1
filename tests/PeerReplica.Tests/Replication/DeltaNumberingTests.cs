using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;

namespace PeerReplica.Tests.Replication;

/// <summary>The bytes of a transfer: what is named once, where a part ends, how much time is left.</summary>
public sealed class DeltaNumberingTests
{
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
    private readonly StoreNode _node = new(1);
    private readonly DeltaWriter _writer = new();

    [Fact]
    public void Origin_and_object_are_named_once_on_a_link_and_numbered_from_then_on()
    {
        _node.Write(s_map, 0, 1, new HybridTimestamp(5));
        var first = Write(0, 1);
        _node.Write(s_map, 1, 1, new HybridTimestamp(5));
        var second = Write(1, 2);
        Assert.True(Names(first) && !Names(second));

        // An id of 18 bytes, and an array of name, kind and key encoding: each is one byte the second time.
        var named = 1 + 1 + s_map.Identity.Name.Length + 1 + 1 + s_map.KeyEncoding.Length;
        Assert.Equal(18 - 1 + named - 1, first.Length - second.Length);
        _writer.StartFresh();
        Assert.True(Names(Write(1, 2)));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(70_000, 70_000)]
    public void A_record_has_the_time_left_that_its_expiry_is_away_and_none_once_that_is_over(int inMilliseconds,
        ulong left)
    {
        _node.Write(s_map, 0, 1, new HybridTimestamp(5), StoreNode.Now + TimeSpan.FromMilliseconds(inMilliseconds));
        Assert.Equal(left, RemainingOf(Write(0, 1)));
    }

    [Fact]
    public void A_time_left_beyond_a_century_is_sent_as_the_longest_that_is_taken()
    {
        _node.Write(s_map, 0, 1, new HybridTimestamp(5), StoreNode.Now + TimeSpan.FromDays(365 * 200));
        Assert.Equal(TransferLimits.MaxRemainingMilliseconds, RemainingOf(Write(0, 1)));
    }

    [Fact]
    public void A_part_ends_with_the_first_value_that_reaches_its_limit()
    {
        var ends = new List<int>();
        var (writer, transfer, node) = WithKeptRecords();
        while (!writer.Fill(node.Store, transfer, writer.Waiting.Length + 1,
            StoreNode.Now)) ends.Add(writer.Waiting.Length);
        Assert.InRange(ends.Count, 5, 100);
        foreach (var end in ends)
        {
            (writer, transfer, node) = WithKeptRecords();
            Assert.False(writer.Fill(node.Store, transfer, end, StoreNode.Now));
            Assert.Equal(end, writer.Waiting.Length);
        }
    }

    /// <summary>A transfer of which two records changed before they were sent.</summary>
    private static (DeltaWriter Writer, OutgoingTransfer Transfer, StoreNode Node) WithKeptRecords()
    {
        var node = new StoreNode(1);
        for (var key = 0; key < 4; key++) node.Write(s_map, key, key, new HybridTimestamp(5));
        var (writer, transfer) = (new DeltaWriter(), new OutgoingTransfer());
        writer.BeginTransfer(node.Store.Floor, node.Store.Origins);
        transfer.Begin(node.Store, node.SectionsFor(null), isFullState: false);
        node.Store.OpenSnapshot(transfer);
        node.Write(s_map, 1, 11, new HybridTimestamp(6));
        node.Write(s_map, 2, 12, new HybridTimestamp(6));
        return (writer, transfer, node);
    }

    private static ulong RemainingOf(byte[] body)
    {
        var reader = new DeltaReader(body, new DeltaReaderState());
        var record = default(RawRecord);
        Assert.True(reader.ReadFloor() is not null && reader.TryReadSection(out _, out _,
            out _) && reader.TryReadRecord(ref record));
        return record.RemainingMilliseconds;
    }

    private static bool Names(byte[] body) =>
        body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(s_map.Identity.Name)) >= 0;

    private byte[] Write(ulong from, ulong to)
    {
        var transfer = new OutgoingTransfer();
        transfer.Begin(_node.Store, [new(OriginTable.Self, from, to)], isFullState: false);
        _writer.BeginTransfer(new VersionVector(), _node.Store.Origins);
        Assert.True(_writer.Fill(_node.Store, transfer, int.MaxValue, StoreNode.Now));
        return _writer.Waiting.ToArray();
    }
}
