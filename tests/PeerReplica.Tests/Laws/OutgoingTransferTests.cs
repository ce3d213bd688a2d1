using PeerReplica.Causality;
using PeerReplica.Crdts;
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

    [Fact]
    public void What_changes_below_the_interval_before_the_section_begins_is_not_kept()
    {
        var node = new MapNode<long>(1);
        node.Set("a", 1);
        node.Set("b", 2);
        node.Publish();
        var transfer = new OutgoingTransfer();
        transfer.Begin(node.Store, [new(OriginTable.Self, 1, 2)], isFullState: false);
        node.Store.OpenSnapshot(transfer);
        node.Set("a", 3);
        node.Publish();
        Assert.Null(transfer.NextKept());
        node.Set("b", 4);
        node.Publish();
        Assert.Equal(2UL, transfer.NextKept()!.Sequence);
    }

    [Fact]
    public void What_was_kept_for_a_transfer_that_was_given_up_is_not_in_the_next_one()
    {
        var (node, transfer) = Begin();
        node.Store.OpenSnapshot(transfer);
        node.Set("a", 3);
        node.Publish();
        transfer.End();
        Assert.Null(transfer.NextKept());
    }

    [Fact]
    public void What_changes_once_all_is_sent_is_not_kept_whoever_made_it()
    {
        var (node, transfer) = Begin();
        var other = new MapNode<long>(2);
        other.Set("c", 1);
        other.Publish();
        node.Receive(other.Write());
        node.Store.OpenSnapshot(transfer);
        while (transfer.Next() is not null)
        {
        }

        Assert.False(transfer.TryOpenSection());
        node.Set("a", 3);
        node.Publish();
        other.Set("c", 2);
        other.Publish();
        node.Receive(other.Write());
        Assert.Null(transfer.NextKept());
    }

    [Fact]
    public void A_record_goes_out_as_dead_in_a_full_state_that_holds_what_killed_it_and_in_no_other()
    {
        var kind = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
        var (here, there) = (new StoreNode(1), new StoreNode(2));
        here.Write(kind, 0, 1, new HybridTimestamp(5));
        there.Deliver(here.DeltaFor(there));
        there.Write(kind, 0, 2, new HybridTimestamp(6));
        here.Deliver(there.DeltaFor(here));
        var dead = here.Records().Single(r => r.IsDead);
        var transfer = new OutgoingTransfer();
        transfer.Begin(here.Store, [new(0, 0, 1), new(1, 0, 1)], isFullState: true);
        Assert.True(transfer.SendsDead(dead));
        Assert.False(transfer.SendsDead(here.Records().Single(r => r.IsLive)));
        transfer.Begin(here.Store, [new(0, 0, 1)], isFullState: true);
        Assert.False(transfer.SendsDead(dead));
        transfer.Begin(here.Store, [new(0, 0, 1), new(1, 0, 1)], isFullState: false);
        Assert.False(transfer.SendsDead(dead));
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
