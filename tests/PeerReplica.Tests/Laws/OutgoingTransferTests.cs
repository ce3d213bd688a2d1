using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Tests.LocalState;

namespace PeerReplica.Tests.Laws;

public class OutgoingTransferTests
{
    [Fact]
    public void What_lies_beyond_the_section_may_become_another_record_before_the_section_ends()
    {
        var (node, transfer) = Begin();
        Assert.Equal(1UL, transfer.Next()!.Sequence);
        var beyond = node.Store.Log(OriginTable.Self).Tail!;
        transfer.OnUnlink(beyond);
        node.Store.Log(OriginTable.Self).Unlink(beyond);
        beyond.Sequence = 1;
        Assert.Null(transfer.Next());
        Assert.Null(transfer.NextKept());
    }

    [Fact]
    public void What_changes_before_it_was_sent_is_kept_as_it_was()
    {
        var (node, transfer) = Begin();
        node.Store.OpenSnapshot(transfer);
        node.Set("a", 3);
        node.Publish();
        Assert.Null(transfer.Next());
        var kept = transfer.NextKept()!;
        Assert.Equal(1UL, kept.Sequence);
        var payload = new PeerReplica.Wire.FrameBuffer();
        kept.Parent.EncodePayload(kept, payload);
        Assert.Equal([1], payload.Written.ToArray());
        Assert.Null(transfer.NextKept());
    }

    /// <summary>Two records, of which the first is in the transfer.</summary>
    private static (MapNode<long> Node, OutgoingTransfer Transfer) Begin()
    {
        var node = new MapNode<long>(1);
        node.Set("a", 1);
        node.Set("b", 2);
        node.Publish();
        var transfer = new OutgoingTransfer();
        transfer.Begin(node.Store, [new(OriginTable.Self, 0, 1)], isFullState: false);
        Assert.True(transfer.TryOpenSection());
        return (node, transfer);
    }
}
