using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;

namespace PeerReplica.Tests.Replication;

/// <summary>What a store counts, hashes and keeps for collection when records come to be there.</summary>
public sealed class StorePublishTests
{
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
    private readonly StoreNode _here = new(1);
    private readonly StoreNode _there = new(2);

    [Fact]
    public void The_greatest_stamp_stays_whatever_is_published_after_it()
    {
        _here.Write(s_map, 0, 1, new HybridTimestamp(9));
        _here.Write(s_map, 1, 1, new HybridTimestamp(5));
        Assert.Equal(new HybridTimestamp(9), _here.Store.MaxStamp);
    }

    [Fact]
    public void A_write_that_waits_is_published_before_what_arrives_for_its_key_and_has_not_seen_it()
    {
        _there.Write(s_map, 0, 1, new HybridTimestamp(5));
        var entry = _here.EntryOf(s_map, 0);
        entry.PendingWrite = new DetachedRecord { Payload = s_map.Payload(2), Stamp = new HybridTimestamp(4) };
        _here.Deliver(_there.DeltaFor(_here));
        Assert.Null(entry.PendingWrite);
        Assert.Equal(2, _here.Store.LiveRecords);
        Assert.Null(entry.Component(OriginTable.Self)!.Observed);
        Assert.Equal(1UL, _here.Store.Vector[OriginTable.Self]);
        _here.CheckInvariants();
    }

    [Fact]
    public void Nothing_waits_for_collection_until_something_was_overwritten_or_removed()
    {
        _here.Write(s_map, 0, 1, new HybridTimestamp(5));
        _here.Write(s_map, 0, 2, new HybridTimestamp(5));
        Assert.Equal((0, 0L), (_here.Store.CollectionQueueLength, _here.Store.EverQueuedForCollection));
        _there.Deliver(_here.DeltaFor(_there));
        Assert.Equal(0, _there.Store.CollectionQueueLength);
        _there.Write(s_map, 0, 3, new HybridTimestamp(6));
        Assert.Equal((1, 1L), (_there.Store.CollectionQueueLength, _there.Store.EverQueuedForCollection));
        _there.Write(s_map, 0, 4, new HybridTimestamp(6));
        Assert.Equal((1, 1L), (_there.Store.CollectionQueueLength, _there.Store.EverQueuedForCollection));
    }

    [Fact]
    public void A_removal_of_what_was_never_published_is_told_to_nobody_and_its_entry_is_collected()
    {
        var entry = _here.EntryOf(s_map, 0);
        entry.PendingWrite = new DetachedRecord { Stamp = new HybridTimestamp(5) };
        Assert.Null(_here.Store.Publish(entry));
        Assert.Equal(0UL, _here.Store.Vector[OriginTable.Self]);
        Assert.Equal(1, _here.Store.CollectionQueueLength);
        entry.PendingWrite = null;
        _here.Store.Collect(_here.Store.Vector, 1);
        Assert.Null(_here.Store.ObjectOf(s_map.Identity).Find(s_map.Key(0)));
    }

    [Fact]
    public void A_view_that_follows_changes_hears_of_a_removal_of_what_was_never_published()
    {
        var heard = 0;
        var members = new MembersObject(_ => heard++);
        _here.Store.Register(members);
        var entry = members.EntryOf(new ReplicaId(5));
        entry.PendingWrite = new DetachedRecord { Stamp = new HybridTimestamp(5) };
        Assert.Null(_here.Store.Publish(entry));
        Assert.Equal(1, heard);
    }

    [Fact]
    public void Only_the_apps_objects_are_in_the_hash_of_the_apps_state()
    {
        var members = new MembersObject(static _ => { });
        _here.Store.Register(members);
        Write(members.EntryOf(_here.Id), MembersObject.Encode("n", "a:1", []));
        foreach (var kind in (ObjectKind[])[ObjectKind.Consensus, ObjectKind.Decisions, ObjectKind.Expulsions])
            _here.Write(ObjectKinds.All.Single(k => k.Kind == kind), 0, 1, new HybridTimestamp(5));
        Assert.NotEqual(0UL, _here.Store.Hash);
        Assert.Equal(0UL, _here.Store.AppHash);

        var others = _here.Store.Hash;
        _here.Write(s_map, 0, 1, new HybridTimestamp(5));
        Assert.NotEqual(0UL, _here.Store.AppHash);
        Assert.Equal(_here.Store.Hash - others, _here.Store.AppHash);
        _here.Write(s_map, 0, null, new HybridTimestamp(6));
        Assert.Equal((others, 0UL), (_here.Store.Hash, _here.Store.AppHash));
    }

    private void Write(OpaqueEntry entry, byte[] payload)
    {
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = new HybridTimestamp(5) };
        Assert.NotNull(_here.Store.Publish(entry));
    }
}
