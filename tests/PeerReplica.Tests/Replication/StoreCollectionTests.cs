using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;

namespace PeerReplica.Tests.Replication;

/// <summary>What collection waits for, how much of it is done at once, and how far the floor rises with it.</summary>
public sealed class StoreCollectionTests
{
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
    private readonly StoreNode _here = new(1);
    private readonly StoreNode _there = new(2);

    private Store Store => _here.Store;

    [Fact]
    public void Nothing_is_collected_while_a_transfer_is_under_way_and_that_is_said()
    {
        Remove(1);
        var transfer = new OutgoingTransfer();
        transfer.Begin(Store, _here.SectionsFor(null), isFullState: false);
        Store.OpenSnapshot(transfer);
        Assert.False(Store.Collect(Store.Vector, 1_000));
        Assert.Equal(1, Store.Tombstones);
        Store.CloseSnapshot(transfer);
        Assert.True(Store.Collect(Store.Vector, 1_000));
        Assert.Equal(0, Store.Tombstones);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_more_records_are_looked_at_than_the_budget_allows(int budget)
    {
        Remove(4);
        Assert.False(Store.Collect(Store.Vector, budget));
        Assert.Equal((4 - budget, 4 - budget), (Store.Tombstones, Store.CollectionQueueLength));
        Assert.True(Store.Collect(Store.Vector, 1_000));
        Assert.Equal((0, 0), (Store.Tombstones, Store.CollectionQueueLength));
    }

    [Fact]
    public void An_entry_without_records_counts_as_one()
    {
        for (var key = 0; key < 3; key++)
        {
            var entry = _here.EntryOf(s_map, key);
            entry.PendingWrite = new DetachedRecord { Stamp = new HybridTimestamp(5) };
            Assert.Null(Store.Publish(entry));
            entry.PendingWrite = null;
        }

        Assert.False(Store.Collect(Store.Vector, 2));
        Assert.Equal(1, Store.CollectionQueueLength);
    }

    [Fact]
    public void What_is_not_yet_stable_waits_and_is_found_collectable_later()
    {
        Remove(1);
        Assert.True(Store.Collect(new VersionVector(), 1_000));
        Assert.Equal((1, 1), (Store.Tombstones, Store.CollectionQueueLength));
        Assert.Equal(0UL, Store.Floor[OriginTable.Self]);
        Remove(1);
        Assert.Equal(1L, Store.EverQueuedForCollection);
        Assert.True(Store.Collect(Store.Vector, 1_000));
        Assert.Equal((0, 0), (Store.Tombstones, Store.CollectionQueueLength));
        Assert.Equal(Store.Vector[OriginTable.Self], Store.Floor[OriginTable.Self]);
    }

    [Fact]
    public void An_entry_that_was_collected_awaits_collection_again_when_it_is_overwritten_again()
    {
        Overwrite();
        Assert.True(Store.Collect(Store.Vector, 1_000));
        Assert.Equal(0, Store.CollectionQueueLength);
        Overwrite();
        Assert.Equal(1, Store.CollectionQueueLength);
    }

    [Fact]
    public void A_dead_record_goes_once_it_and_its_killer_are_stable_and_the_floor_reaches_both()
    {
        Overwrite();
        var stable = Vector((_there.Id, 1));
        Assert.True(Store.Collect(stable, 1_000));
        Assert.Equal(1, Store.Tombstones);
        stable = Vector((_here.Id, 1));
        Assert.True(Store.Collect(stable, 1_000));
        Assert.Equal(1, Store.Tombstones);
        Assert.Equal((0UL, 0UL), (Floor(_here.Id), Floor(_there.Id)));
        Assert.True(Store.Collect(Vector((_here.Id, 1), (_there.Id, 1)), 1_000));
        Assert.Equal((0, 1), (Store.Tombstones, Store.LiveRecords));
        Assert.Equal((1UL, 1UL), (Floor(_here.Id), Floor(_there.Id)));
    }

    [Fact]
    public void The_floor_rises_to_the_killer_also_where_a_later_write_has_taken_its_place()
    {
        Overwrite();
        _here.Write(s_map, 0, 3, new HybridTimestamp(7));
        Assert.True(Store.Collect(Vector((_here.Id, 1), (_there.Id, 1)), 1_000));
        Assert.Equal((1UL, 1UL), (Floor(_here.Id), Floor(_there.Id)));
        Assert.Equal(1, Store.CollectionQueueLength);
        Assert.True(Store.Collect(Store.Vector, 1_000));
        Assert.Equal((2UL, 1UL), (Floor(_here.Id), Floor(_there.Id)));
        Assert.Equal(0, Store.CollectionQueueLength);
    }

    [Fact]
    public void What_a_live_record_observed_is_forgotten_once_both_are_stable_and_no_sooner()
    {
        Overwrite();
        var live = _here.Records().Single(r => r.IsLive);
        Assert.True(Store.Collect(Vector((_here.Id, 1)), 1_000));
        Assert.NotNull(live.Observed);
        Assert.Equal(1, Store.CollectionQueueLength);
        Assert.True(Store.Collect(Vector((_there.Id, 1)), 1_000));
        Assert.NotNull(live.Observed);
        Assert.Equal(1, Store.CollectionQueueLength);
        Assert.True(Store.Collect(Store.Vector, 1_000));
        Assert.Null(_here.Records().Single().Observed);
        Assert.Equal(0, Store.CollectionQueueLength);
    }

    [Fact]
    public void The_memory_of_many_that_waited_is_given_back()
    {
        for (var key = 0; key < 2_000; key++) Store.Publish(Pending(key, s_map.Payload(1)));
        for (var key = 0; key < 2_000; key++) Store.Publish(Pending(key, null));
        Assert.Equal(2_000, Store.CollectionQueueLength);
        Assert.True(Store.Collect(Store.Vector, 10_000));
        Assert.Equal((0, 0), (Store.CollectionQueueLength, ((OpaqueObject)Store.ObjectOf(s_map.Identity)).Count));
    }

    /// <summary>Keys that were written and removed here.</summary>
    private void Remove(int keys)
    {
        for (var key = 0; key < keys; key++)
        {
            _here.Write(s_map, key, 1, new HybridTimestamp(5));
            _here.Write(s_map, key, null, new HybridTimestamp(6));
        }
    }

    /// <summary>A record of the other store is here, and was overwritten here.</summary>
    private void Overwrite()
    {
        _there.Deliver(_here.DeltaFor(_there));
        _there.Write(s_map, 0, 1, new HybridTimestamp(5));
        _here.Deliver(_there.DeltaFor(_here));
        _here.Write(s_map, 0, 2, new HybridTimestamp(6));
    }

    private OpaqueEntry Pending(int key, byte[]? payload)
    {
        var entry = (OpaqueEntry)Store.ObjectOf(s_map.Identity).EntryOf(s_map.Key(key));
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = new HybridTimestamp(5) };
        return entry;
    }

    private VersionVector Vector(params (ReplicaId Id, ulong Sequence)[] entries)
    {
        var vector = new VersionVector();
        foreach (var (id, sequence) in entries) vector[Store.Origins.IndexOf(id)] = sequence;
        return vector;
    }

    private ulong Floor(ReplicaId id) => Store.Floor[Store.Origins.IndexOf(id)];
}
