using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What a full state, or one that repairs, changes in a store, and what it leaves alone.</summary>
public sealed class FullStateTests
{
    private const DataFlags FullState = DataFlags.First | DataFlags.Last | DataFlags.Fresh | DataFlags.FullState;
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
    private static readonly ObjectKinds s_set = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Set);
    private static readonly ObjectKinds s_claims = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Reservation);
    private readonly StoreNode _origin = new(5);
    private readonly StoreNode _here = new(1);
    private readonly StoreNode _there = new(2);

    [Fact]
    public void What_is_dead_there_dies_here()
    {
        _origin.Write(s_map, 0, 1, new HybridTimestamp(5));
        _here.Deliver(_origin.DeltaFor(_here));
        _there.Deliver(_origin.DeltaFor(_there));
        _there.Write(s_set, 0, 1, new HybridTimestamp(5));
        _there.Records().Single(r => r.Origin != OriginTable.Self).Die(new Dot(OriginTable.Self, 1));
        Assert.Equal(DeltaVerdict.Applied, _here.Deliver(_there.FullState()).Verdict);
        var dead = _here.Records().Single(r => r.IsDead);
        Assert.Equal((1UL, _there.Id), (dead.Killer.Sequence, _here.Store.Origins[dead.Killer.Origin]));
        Assert.Equal((1, 1), (_here.Store.LiveRecords, _here.Store.Tombstones));
        Assert.Equal(1, _here.Store.CollectionQueueLength);
        _here.CheckInvariants();
    }

    [Fact]
    public void What_arrives_dead_is_dead_also_where_its_killer_was_replaced()
    {
        _origin.Write(s_map, 0, 1, new HybridTimestamp(5));
        _there.Deliver(_origin.DeltaFor(_there));
        _there.Write(s_set, 0, 1, new HybridTimestamp(5));
        _there.Records().Single(r => r.Origin != OriginTable.Self).Die(new Dot(OriginTable.Self, 1));
        Assert.Equal(DeltaVerdict.Applied, _here.Deliver(_there.FullState()).Verdict);
        Assert.Equal((1, 1), (_here.Store.LiveRecords, _here.Store.Tombstones));
        Assert.Equal(_there.Id, _here.Store.Origins[_here.Records().Single(r => r.IsDead).Killer.Origin]);
        _here.CheckInvariants();
    }

    [Fact]
    public void What_was_collected_there_is_swept_here_and_counts_as_changed()
    {
        var swept = new List<Entry>();
        _here.Store.RecordSwept = swept.Add;
        CollectThere();
        Assert.Equal((DeltaVerdict.Applied, 2), _here.Deliver(_there.FullState()));
        Assert.Equal([s_map.Key(0), s_map.Key(1)], swept.Select(e => ((OpaqueEntry)e).Key));
        Assert.Equal(0, _here.Store.LiveRecords);
        _here.CheckInvariants();
    }

    [Fact]
    public void The_entries_that_were_swept_are_collected()
    {
        CollectThere();
        _here.Deliver(_there.FullState());
        Assert.Equal(2, _here.Store.CollectionQueueLength);
        _here.Store.Collect(_here.Store.Vector, 1_000);
        Assert.Equal(0, ((OpaqueObject)_here.Store.ObjectOf(s_map.Identity)).Count);
    }

    [Fact]
    public void A_view_hears_of_each_entry_that_is_swept()
    {
        var heard = new List<OpaqueEntry>();
        _here.Store.Register(new MembersObject(heard.Add));
        var members = new MembersObject(static _ => { });
        _origin.Store.Register(members);
        var entry = members.EntryOf(_origin.Id);
        Publish(entry, MembersObject.Encode("n", "a:1", []));
        _here.Deliver(_origin.DeltaFor(_here));
        _there.Deliver(_origin.DeltaFor(_there));
        heard.Clear();
        Publish(entry, null);
        _there.Deliver(_origin.DeltaFor(_there));
        _there.Store.Collect(_there.Store.Vector, 1_000);
        Assert.Equal((DeltaVerdict.Applied, 1), _here.Deliver(_there.FullState()));
        Assert.Single(heard);
    }

    [Fact]
    public void A_view_hears_of_what_dies()
    {
        var heard = new List<OpaqueEntry>();
        _here.Store.Register(new MembersObject(heard.Add));
        var members = new MembersObject(static _ => { });
        _origin.Store.Register(members);
        Publish(members.EntryOf(_origin.Id), MembersObject.Encode("n", "a:1", []));
        _here.Deliver(_origin.DeltaFor(_here));
        _there.Deliver(_origin.DeltaFor(_there));
        _there.Write(s_set, 0, 1, new HybridTimestamp(5));
        _there.Records().Single(r => r.Origin != OriginTable.Self).Die(new Dot(OriginTable.Self, 1));
        heard.Clear();
        Assert.Equal(DeltaVerdict.Applied, _here.Deliver(_there.FullState()).Verdict);
        Assert.Null(_here.Store.LastWriter(heard.Single()));
    }

    [Fact]
    public void The_floor_of_an_earlier_sender_sweeps_nothing()
    {
        _origin.Write(s_map, 3, 1, new HybridTimestamp(5));
        CollectThere();
        _here.Deliver(_there.FullState());
        _origin.Write(s_map, 2, 7, new HybridTimestamp(9));
        _here.Deliver(_origin.DeltaFor(_here));
        var before = _here.Store.Hash;

        // A full state of somebody who has collected nothing, and holds nothing of the origin's earlier changes.
        var body = new FrameBuffer();
        body.WriteArrayHeader(0);
        body.WriteReplicaId(_origin.Id);
        body.WriteUInt(0);
        body.WriteUInt(_here.Contained(_origin.Id));
        body.WriteUInt(0);
        body.WriteArrayHeader(3);
        body.WriteText(s_map.Identity.Name);
        body.WriteUInt((ulong)s_map.Kind);
        body.WriteText(s_map.KeyEncoding);
        body.WriteUInt(_here.Contained(_origin.Id));
        body.WriteInt(9);
        body.WriteInt(1);
        body.WriteInt(7);
        body.WriteNil();
        Assert.Equal((DeltaVerdict.Applied, 0), _here.Deliver(new Delta(body.Written.ToArray(), FullState)));
        Assert.Equal(before, _here.Store.Hash);
    }

    [Fact]
    public void A_repair_puts_what_comes_below_the_last_change_in_its_place_in_the_log()
    {
        for (var key = 0; key < 4; key++) _origin.Write(s_map, key, 1, new HybridTimestamp(5));
        var thin = new StoreNode(5);
        foreach (var key in (int[])[0, 3, 3, 3]) thin.Write(s_map, key, 1, new HybridTimestamp(5));
        _there.Deliver(_origin.DeltaFor(_there));
        _here.Deliver(thin.DeltaFor(_here));
        Assert.Equal(2, _here.Store.LiveRecords);
        Assert.Equal((DeltaVerdict.Applied, 2), _here.Deliver(_there.FullState(repair: true)));
        _here.CheckInvariants();
        Assert.True(_here.Store.Log(_here.Store.Origins.IndexOf(_origin.Id)).IsSettled);
        Assert.Equal(_there.Digest, _here.Digest);
    }

    [Fact]
    public void A_repair_of_one_dot_in_two_places_leaves_the_log_settled()
    {
        var other = new StoreNode(5);
        _origin.Write(s_map, 0, 1, new HybridTimestamp(5));
        other.Write(s_map, 1, 1, new HybridTimestamp(5));
        _here.Deliver(_origin.DeltaFor(_here));
        _here.Deliver(other.FullState(repair: true));
        Assert.True(_here.Store.Log(_here.Store.Origins.IndexOf(_origin.Id)).IsSettled);
        _here.CheckInvariants();
    }

    [Fact]
    public void Of_two_entries_with_one_dot_the_greater_keeps_it_whichever_was_here_first()
    {
        var (a, b) = (Holding(s_map, 0), Holding(s_map, 1));
        a.Deliver(b.FullState(repair: true));
        b.Deliver(Holding(s_map, 0).FullState(repair: true));
        Assert.All([a, b], n => Assert.Equal(s_map.Key(0), ((OpaqueEntry)n.Records().Single().Parent).Key));
        Assert.All([a, b], n => Assert.Equal((1, 0), (n.Store.LiveRecords, n.Store.Tombstones)));
    }

    [Fact]
    public void The_greater_of_two_objects_is_that_with_the_greater_name_then_kind_then_encoding()
    {
        ObjectIdentity[] identities =
        [
            new("a", ObjectKind.Map, "i64"), new("a", ObjectKind.Map, "utf8"),
            new("a", ObjectKind.Set, "i64"), new("b", ObjectKind.Map, "i64"),
        ];
        for (var low = 0; low < identities.Length; low++)
        {
            for (var high = low + 1; high < identities.Length; high++)
            {
                var (lower, higher) = (Holding(identities[low]), Holding(identities[high]));
                lower.Deliver(Holding(identities[high]).FullState(repair: true));
                higher.Deliver(Holding(identities[low]).FullState(repair: true));
                Assert.Equal(identities[high], lower.Records().Single().Parent.Object);
                Assert.Equal(identities[high], higher.Records().Single().Parent.Object);
            }
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void An_origin_says_itself_what_its_protected_records_are_also_where_that_is_less(int here, int there)
    {
        var (a, b) = (new StoreNode(5), new StoreNode(5));
        a.Write(s_claims, 0, here, new HybridTimestamp(5));
        b.Write(s_claims, 0, there, new HybridTimestamp(5));
        _here.Deliver(a.DeltaFor(_here));
        Repair(b, b.Id);
        Assert.Equal(b.Digest.Content, _here.Digest.Content);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void An_origin_says_itself_which_of_two_entries_has_a_dot_of_its_protected_records(int here, int there)
    {
        var (a, b) = (new StoreNode(5), new StoreNode(5));
        a.Write(s_claims, here, 1, new HybridTimestamp(5));
        b.Write(s_claims, there, 1, new HybridTimestamp(5));
        _here.Deliver(a.DeltaFor(_here));
        Repair(b, b.Id);
        Assert.Equal(b.Digest.Content, _here.Digest.Content);
        Assert.Single(_here.Records());
        _here.CheckInvariants();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_origin_says_itself_whether_a_dot_is_of_its_protected_records(bool isProtectedHere)
    {
        var (a, b) = (new StoreNode(5), new StoreNode(5));
        (isProtectedHere ? a : b).Write(s_claims, 0, 1, new HybridTimestamp(5));
        (isProtectedHere ? b : a).Write(s_map, 0, 1, new HybridTimestamp(5));
        _here.Deliver(a.DeltaFor(_here));
        Repair(b, b.Id);
        Assert.Equal(b.Digest.Content, _here.Digest.Content);
        Assert.Single(_here.Records());
    }

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 1, 2)]
    public void Of_what_is_not_protected_the_greater_stays_whoever_says_it(int here, int there, int stays)
    {
        var (a, b, expected) = (new StoreNode(5), new StoreNode(5), new StoreNode(5));
        a.Write(s_map, 0, here, new HybridTimestamp(5));
        b.Write(s_map, 0, there, new HybridTimestamp(5));
        expected.Write(s_map, 0, stays, new HybridTimestamp(5));
        _here.Deliver(a.DeltaFor(_here));
        Repair(b, b.Id);
        Assert.Equal(expected.Digest.Content, _here.Digest.Content);
    }

    [Fact]
    public void A_repair_of_a_third_replica_alters_no_protected_record_of_an_origin_that_is_linked()
    {
        var (a, b) = (new StoreNode(5), new StoreNode(5));
        a.Write(s_claims, 0, 1, new HybridTimestamp(5));
        b.Write(s_claims, 0, 2, new HybridTimestamp(5));
        _here.Deliver(a.DeltaFor(_here));
        _here.Store.ShownByOrigin = (id, _) => id == a.Id ? 1UL : null;
        Repair(b, _there.Id);
        Assert.Equal(a.Digest.Content, _here.Digest.Content);
        _here.Store.ShownByOrigin = static (_, _) => null;
        Repair(b, _there.Id);
        Assert.Equal(b.Digest.Content, _here.Digest.Content);
    }

    [Fact]
    public void A_repair_of_equal_content_changes_nothing()
    {
        for (var key = 0; key < 4; key++) _origin.Write(s_map, key, key, new HybridTimestamp(5));
        _origin.Write(s_claims, 0, 1, new HybridTimestamp(5));
        _here.Deliver(_origin.DeltaFor(_here));
        _there.Deliver(_origin.DeltaFor(_there));
        Assert.Equal(0, _here.Deliver(_there.FullState(repair: true)).Changed);
        Assert.Equal(0, _here.Deliver(_origin.FullState(repair: true)).Changed);
        Assert.Equal(0, Repair(_origin, _origin.Id));
    }

    /// <summary>Two keys that are here were removed, and their removal was collected there.</summary>
    private void CollectThere()
    {
        for (var key = 0; key < 2; key++) _origin.Write(s_map, key, 1, new HybridTimestamp(5));
        _here.Deliver(_origin.DeltaFor(_here));
        _there.Deliver(_origin.DeltaFor(_there));
        for (var key = 0; key < 2; key++) _origin.Write(s_map, key, null, new HybridTimestamp(6));
        _there.Deliver(_origin.DeltaFor(_there));
        Assert.True(_there.Store.Collect(_there.Store.Vector, 1_000));
        Assert.Equal(0, _there.Store.Tombstones);
    }

    private static StoreNode Holding(ObjectKinds kind, int key)
    {
        var (node, origin) = (new StoreNode(1), new StoreNode(5));
        origin.Write(kind, key, 1, new HybridTimestamp(5));
        node.Deliver(origin.DeltaFor(node));
        return node;
    }

    private static StoreNode Holding(ObjectIdentity identity)
    {
        var (node, origin) = (new StoreNode(1), new StoreNode(5));
        var entry = (OpaqueEntry)origin.Store.ObjectOf(identity).EntryOf([1]);
        entry.PendingWrite = new DetachedRecord { Payload = [1], Stamp = new HybridTimestamp(5) };
        Assert.NotNull(origin.Store.Publish(entry));
        Assert.Equal(DeltaVerdict.Applied, node.Deliver(origin.DeltaFor(node)).Verdict);
        return node;
    }

    /// <summary>A repairing full state of one store, from an authenticated sender.</summary>
    private int Repair(StoreNode from, ReplicaId sender)
    {
        var delta = from.FullState(repair: true);
        var state = new DeltaReaderState { Sender = sender };
        var limits = new TransferLimits(1024, 1 << 20, new HybridTimestamp(ulong.MaxValue)) { Sender = (sender, null) };
        Assert.Equal(DeltaVerdict.Applied,
            _here.Store.Judge(delta.Body, delta.Flags, state, new VersionVector(), limits));
        return _here.Store.ApplyTransfer(delta.Body, delta.Flags, state, StoreNode.Now, new List<int>());
    }

    private void Publish(OpaqueEntry entry, byte[]? payload)
    {
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = new HybridTimestamp(5) };
        Assert.NotNull(_origin.Store.Publish(entry));
    }
}
