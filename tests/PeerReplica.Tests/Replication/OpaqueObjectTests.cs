using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;

namespace PeerReplica.Tests.Replication;

/// <summary>Entries whose keys and payloads are bytes, from the first record to the last.</summary>
public sealed class OpaqueObjectTests
{
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
    private readonly StoreNode _node = new(1);

    private OpaqueObject Map => (OpaqueObject)_node.Store.ObjectOf(s_map.Identity);

    [Fact]
    public void An_entry_ends_when_its_removal_is_collected()
    {
        _node.Write(s_map, 0, 1, new HybridTimestamp(5));
        _node.Write(s_map, 1, 1, new HybridTimestamp(5));
        _node.Write(s_map, 0, null, new HybridTimestamp(6));
        Assert.Equal(2, Map.Count);
        Assert.True(_node.Store.Collect(_node.Store.Vector, 1_000));
        Assert.Equal(1, Map.Count);
        Assert.Null(Map.Find(s_map.Key(0)));
        Assert.NotNull(Map.Find(s_map.Key(1)));
        Assert.Equal(0, _node.Store.CollectionQueueLength);
    }

    [Fact]
    public void An_entry_with_a_write_that_is_yet_to_be_published_stays()
    {
        _node.Write(s_map, 0, 1, new HybridTimestamp(5));
        _node.Write(s_map, 0, null, new HybridTimestamp(6));
        var entry = _node.EntryOf(s_map, 0);
        entry.PendingWrite = new DetachedRecord { Payload = s_map.Payload(7), Stamp = new HybridTimestamp(7) };
        _node.Store.Collect(_node.Store.Vector, 1_000);
        Assert.Same(entry, Map.Find(s_map.Key(0)));
        Assert.Equal(0, _node.Store.CollectionQueueLength);
        Assert.NotNull(_node.Store.Publish(entry));
        Assert.Equal(1, _node.Store.LiveRecords);
    }

    [Fact]
    public void Any_bytes_are_a_key_and_equal_bytes_the_same_entry()
    {
        Assert.True(Map.IsKey([]));
        var entry = Map.EntryOf([1, 2, 3]);
        Assert.Same(entry, Map.EntryOf([1, 2, 3]));
        Assert.NotSame(entry, Map.EntryOf([1, 2]));
        Assert.Equal(2, Map.Count);
    }

    [Fact]
    public void Outputs_that_were_drained_leave_nothing_behind()
    {
        var outputs = new CoreOutputs();
        outputs.Frames.Write([1, 2, 3]);
        outputs.Add(CoreOutputKind.Synced);
        outputs.Clear();
        Assert.Empty(outputs.Items);
        Assert.Equal(0, outputs.Frames.Length);
    }
}
