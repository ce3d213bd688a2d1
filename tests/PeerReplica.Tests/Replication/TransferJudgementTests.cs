using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Laws;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What a store says to a transfer before it takes anything of it.</summary>
public sealed class TransferJudgementTests
{
    private static readonly ReplicaId s_one = new(1);
    private static readonly ReplicaId s_two = new(2);
    private static readonly ReplicaId s_self = new(9);
    private static readonly ObjectIdentity s_map = new("m", ObjectKind.Map, "bin");
    private static readonly byte[] s_key = [1];
    private static readonly byte[] s_value = [2];
    private static readonly TransferLimits s_limits = new(100, 100,
        new HybridTimestamp(50, 0))
    { Sender = (s_one, null) };
    private readonly Store _store = new(s_self);
    private readonly DeltaReaderState _state = new();
    private readonly VersionVector _floor = new();

    [Theory]
    [InlineData(nameof(ObjectKind.Counter))]
    [InlineData(nameof(ObjectKind.BoundedCounter))]
    [InlineData(nameof(ObjectKind.Pool))]
    [InlineData(nameof(ObjectKind.Consensus))]
    public void A_kind_with_one_entry_has_no_other_key_no_removal_and_observes_nothing(string name)
    {
        var kind = ObjectKinds.All.Single(k => k.Kind == Enum.Parse<ObjectKind>(name));
        var (key, payload) = (kind.Key(0), kind.Payload(1));
        Assert.Equal(DeltaVerdict.Applied, Judge(One().Record(kind.Identity, key, payload).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, s_key, payload).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, key, null).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One()
            .Record(kind.Identity, key, payload, observed: (s_two, 1)).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, key, [0xC0]).End()));
    }

    [Fact]
    public void A_claim_is_removed_or_is_one()
    {
        var kind = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Reservation);
        Assert.Equal(DeltaVerdict.Applied, Judge(One().Record(kind.Identity, s_key, null).End()));
        Assert.Equal(DeltaVerdict.Applied, Judge(One().Record(kind.Identity, s_key, kind.Payload(1)).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, s_key, s_value).End()));
    }

    [Fact]
    public void A_decision_is_not_removed_and_belongs_to_the_bootstrap_that_its_key_names()
    {
        var kind = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Decisions);
        var other = new DecisionsObject().EntryOf(new ReplicaId(8), 1).Key;
        Assert.Equal(DeltaVerdict.Applied, Judge(One().Record(kind.Identity, kind.Key(1), kind.Payload(1)).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, kind.Key(1), null).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, other, kind.Payload(1)).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(kind.Identity, s_key, kind.Payload(1)).End()));
    }

    [Theory]
    [InlineData("$members", nameof(ObjectKind.Members), nameof(DeltaVerdict.Malformed))]
    [InlineData("$spoken", nameof(ObjectKind.Map), nameof(DeltaVerdict.Unattributable))]
    public void A_key_that_the_registered_object_cannot_have_ends_the_link(string name, string kind, string verdict)
    {
        var isMembers = name == "$members";
        _store.Register(isMembers ? new MembersObject(static _ => { }) : new PerReplicaObject(name, ObjectKind.Map));
        var identity = isMembers ? new ObjectIdentity(name, Enum.Parse<ObjectKind>(kind), "replica") : new(name,
            ObjectKind.Map, "");

        // A removal of a member's entry needs no owner, so that the key is what is left to be wrong.
        Assert.Equal(Enum.Parse<DeltaVerdict>(verdict), Judge(One()
            .Record(identity, s_key, isMembers ? null : s_value).End()));
    }

    [Fact]
    public void A_section_ends_where_its_interval_does_or_where_its_sender_has_collected()
    {
        var shortened = One(to: 5).Record(s_map, s_key, s_value, at: 3).End();
        Assert.Equal(DeltaVerdict.Malformed, Judge(shortened));
        _store.Origins.IndexOf(s_one);
        Assert.Equal(DeltaVerdict.Malformed, Judge(shortened));
        _floor[_store.Origins.IndexOf(s_one)] = 4;
        Assert.Equal(DeltaVerdict.Malformed, Judge(shortened));
        Assert.Equal(DeltaVerdict.Malformed, Judge(shortened, DataFlags.FullState));
        _floor[_store.Origins.IndexOf(s_one)] = 5;
        Assert.Equal(DeltaVerdict.NeedsFullState, Judge(shortened));
        Assert.Equal(DeltaVerdict.Applied, Judge(shortened, DataFlags.FullState));
    }

    [Fact]
    public void A_kept_record_shows_the_end_of_its_interval_only_where_it_is_that()
    {
        Assert.Equal(DeltaVerdict.Applied, Judge(One(to: 5).End().Begin(s_one, 4, 4)
            .Record(s_map, s_key, s_value).End()));
        var another = new TransferBytes().Begin(s_one, 0, 5).End().Begin(s_one, 3, 3)
            .Record(s_map, s_key, s_value).End();
        Assert.Equal(DeltaVerdict.Malformed, Judge(another));
    }

    [Fact]
    public void A_kept_record_lies_within_an_interval_that_came_before_it()
    {
        Assert.Equal(DeltaVerdict.Malformed, Judge(new TransferBytes().Begin(s_one, 4, 4)
            .Record(s_map, s_key, s_value).End()));
        Assert.Equal(DeltaVerdict.Malformed, Judge(One().Record(s_map, s_key, s_value).End().Begin(s_one, 4, 4)
            .Record(s_map, s_key, s_value).End()));
    }

    [Fact]
    public void What_one_transfer_kept_is_not_repeated_by_the_next()
    {
        var transfer = One(to: 5).End().Begin(s_one, 4, 4).Record(s_map, s_key, s_value).End();
        for (var i = 0; i < 3; i++) Assert.Equal(DeltaVerdict.Applied, Judge(transfer));
        Assert.Equal(DeltaVerdict.Applied, Judge(One(to: 5).Record(s_map, s_key, s_value, at: 5).End()));
    }

    [Fact]
    public void What_one_transfer_did_not_show_does_not_count_against_the_next()
    {
        Assert.Equal(DeltaVerdict.Malformed, Judge(One(to: 5).End()));
        Assert.Equal(DeltaVerdict.Applied, Judge(new TransferBytes().Begin(s_two, 0, 1)
            .Record(s_map, s_key, s_value).End()));
    }

    [Fact]
    public void Objects_of_a_transfer_that_was_judged_do_not_count_for_the_next()
    {
        for (var round = 0; round < 2; round++)
        {
            var transfer = One(to: UnregisteredObjects.MaxOfOrigin);
            for (var i = 0; i < UnregisteredObjects.MaxOfOrigin; i++)
                transfer.Record(new($"{round} {i}", ObjectKind.Map, "bin"), s_key, s_value, wall: 0);
            Assert.Equal(DeltaVerdict.Applied, Judge(transfer.End()));
        }
    }

    [Fact]
    public void A_gap_a_floor_that_is_not_reached_and_what_is_known_are_told_apart()
    {
        Assert.Equal(DeltaVerdict.Gap, Judge(new TransferBytes().Begin(s_one, 1, 2)
            .Record(s_map, s_key, s_value).End()));
        Assert.Equal(DeltaVerdict.NeedsFullState, Judge(new TransferBytes((s_two, 1)).Begin(s_one, 0, 1)
            .Record(s_map, s_key, s_value).End()));
        Assert.Equal(DeltaVerdict.NeedsFullState, Judge(new TransferBytes((s_two, 1)).Begin(s_one, 1, 2)
            .Record(s_map, s_key, s_value).End()));
        _store.Vector[_store.Origins.IndexOf(s_one)] = 1;
        _store.Vector[_store.Origins.IndexOf(s_two)] = 1;
        Assert.Equal(DeltaVerdict.Known, Judge(One().Record(s_map, s_key, s_value).End()));
    }

    [Fact]
    public void One_part_that_is_refused_decides_whatever_comes_before_and_after_it()
    {
        var forged = new TransferBytes().Begin(s_one, 0, 1).Record(s_map, s_key, s_value).End().Begin(s_self, 0, 1)
            .Record(s_map, s_key, s_value).End();
        Assert.Equal(DeltaVerdict.ForgedOrigin, Judge(forged));
        forged.Begin(s_two, 0, 1).Record(s_map, s_key, s_value).End();
        Assert.Equal(DeltaVerdict.ForgedOrigin, Judge(forged));
        Assert.Equal(DeltaVerdict.ForgedOrigin, Judge(new TransferBytes().Begin(s_self, 0, 1)
            .Record(s_map, s_key, s_value, wall: 99).End()));
    }

    [Fact]
    public void What_follows_what_is_held_back_is_held_back_too_and_the_rest_is_taken()
    {
        Assert.Equal(DeltaVerdict.Applied, Judge(One().Record(s_map, s_key, s_value, wall: 99).End()
            .Begin(s_two, 0, 1).Record(s_map, s_key, s_value).End()));
        Assert.True(_state.HeldBack.Contains(s_one));
        var next = new TransferBytes().Begin(s_one, 1, 2).Record(s_map, s_key, s_value).End();
        Assert.Equal(DeltaVerdict.Known, Judge(next));
        Assert.True(_state.HeldBack.TryGet(s_one, out var held));
        Assert.Equal(DeltaVerdict.ClockSkew, held);
        Assert.Equal(DeltaVerdict.Gap, Judge(new TransferBytes().Begin(s_two, 3, 4)
            .Record(s_map, s_key, s_value).End()));
    }

    [Fact]
    public void Below_the_floor_of_what_is_held_back_a_delta_is_taken_until_it_is_acceptable_again()
    {
        Judge(One().Record(s_map, s_key, s_value, wall: 99).End());
        Assert.True(_state.HeldBack.IsRefused(s_one));
        _floor[_store.Origins.IndexOf(s_one)] = 1;
        Assert.True(_store.ReachesFloor(_floor, _state.HeldBack));
        Assert.Equal(DeltaVerdict.Applied, Judge(new TransferBytes().Begin(s_two, 0, 1)
            .Record(s_map, s_key, s_value).End()));
        Assert.Equal(DeltaVerdict.NeedsFullState, Judge(One().Record(s_map, s_key, s_value).End()));
    }

    [Fact]
    public void A_floor_is_reached_where_each_origin_reaches_it_or_is_refused()
    {
        var (one, two) = (_store.Origins.IndexOf(s_one), _store.Origins.IndexOf(s_two));
        _floor[one] = 2;
        Assert.False(_store.ReachesFloor(_floor, _state.HeldBack));
        _store.Vector[one] = 2;
        Assert.True(_store.ReachesFloor(_floor, _state.HeldBack));
        Hold(s_two, DeltaVerdict.ClockSkew);
        _floor[two] = 1;
        Assert.True(_store.ReachesFloor(_floor, _state.HeldBack));
        _store.Vector[one] = 1;
        Assert.False(_store.ReachesFloor(_floor, _state.HeldBack));
        _store.Vector[one] = 3;
        Assert.True(_store.ReachesFloor(_floor, _state.HeldBack));
        Hold(s_two, DeltaVerdict.Unshown);
        Assert.False(_store.ReachesFloor(_floor, _state.HeldBack));
    }

    [Fact]
    public void Anothers_changes_count_as_far_as_its_own_link_shows_or_they_are_here()
    {
        var transfer = new TransferBytes().Begin(s_two, 0, 2).Record(s_map, s_key, s_value, at: 2).End();
        Show(s_two, 1);
        Assert.Equal(DeltaVerdict.Known, Judge(transfer));
        Assert.True(_state.HeldBack.Contains(s_two));
        Show(s_two, 2);
        Assert.Equal(DeltaVerdict.Applied, Judge(transfer));
        Show(s_two, 1);
        _store.Vector[_store.Origins.IndexOf(s_two)] = 2;
        Judge(transfer);
        Assert.False(_state.HeldBack.Contains(s_two));
    }

    [Fact]
    public void A_full_state_with_what_an_origin_does_not_show_is_not_taken()
    {
        Show(s_two, 1);
        var shown = new TransferBytes().Begin(s_two, 0, 1).Record(s_map, s_key, s_value).End();
        var beyond = new TransferBytes().Begin(s_two, 0, 2).Record(s_map, s_key, s_value, at: 2).End();
        Assert.Equal(DeltaVerdict.Applied, Judge(shown, DataFlags.FullState));
        Assert.Equal(DeltaVerdict.Gap, Judge(beyond, DataFlags.FullState));
        Assert.Equal(DeltaVerdict.Gap, Judge(beyond.Begin(s_one, 0, 1)
            .Record(s_map, s_key, s_value).End(), DataFlags.FullState));
        _store.ShownByOrigin = static (id, _) => id == s_one ? null : 1UL;
        var another = new ReplicaId(3);
        Assert.Equal(DeltaVerdict.Gap, Judge(beyond.Begin(another, 0, 2)
            .Record(s_map, s_key, s_value, at: 2).End(), DataFlags.FullState));
    }

    [Fact]
    public void A_full_state_that_is_taken_as_it_is_brings_protected_records_too()
    {
        var kind = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Reservation);
        _store.ShownByOrigin = (id, isStrict) => isStrict && id == s_two ? 0UL : null;
        var transfer = new TransferBytes().Begin(s_two, 0, 1).Record(kind.Identity, s_key, kind.Payload(1)).End();
        Assert.Equal(DeltaVerdict.Applied, Judge(transfer, DataFlags.FullState));
        Assert.False(_state.HeldBack.Contains(s_two));
    }

    [Fact]
    public void Protected_records_of_a_linked_origin_are_taken_from_itself_alone()
    {
        var kind = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Reservation);
        var transfer = new TransferBytes().Begin(s_two, 0, 1).Record(kind.Identity, s_key, kind.Payload(1)).End();
        Show(s_two, 1);
        Judge(transfer);
        Assert.True(_state.HeldBack.Contains(s_two));
        Assert.Equal(DeltaVerdict.Applied,
            transfer.Judge(_store, s_limits with { Sender = (s_two, null) }, state: _state, floor: _floor));
        Assert.False(_state.HeldBack.Contains(s_two));
    }

    [Theory]
    [InlineData(nameof(ObjectKind.Map), true)]
    [InlineData(nameof(ObjectKind.Members), false)]
    public void A_member_is_not_removed_for_what_its_replica_has_not_shown(string kind, bool isTaken)
    {
        var identity = new ObjectIdentity("o", Enum.Parse<ObjectKind>(kind), "x");
        var asked = new List<bool>();
        _store.ShownByOrigin = (id, isStrict) =>
        {
            if (id == s_two) asked.Add(isStrict);
            return id == s_two ? 1UL : null;
        };
        var key = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Presence).Key(1);
        Judge(One().Record(identity, key, null, observed: (s_two, 2)).End());
        Assert.Equal(isTaken, !_state.HeldBack.Contains(s_one));
        Assert.Equal(isTaken ? [] : [true], asked);
        Judge(One().Record(identity, key, null, observed: (s_two, 1)).End());
        Assert.False(_state.HeldBack.Contains(s_one));
    }

    [Fact]
    public void Only_a_full_state_says_what_is_dead_and_never_of_what_stays()
    {
        var dead = One().Record(s_map, s_key, s_value, killer: (s_two, 1)).End();
        Assert.Equal(DeltaVerdict.Malformed, Judge(dead));
        Assert.Equal(DeltaVerdict.Applied, Judge(dead, DataFlags.FullState));
        var kind = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Consensus);
        var consensus = One().Record(kind.Identity, kind.Key(0), kind.Payload(1), killer: (s_two, 1)).End();
        Assert.Equal(DeltaVerdict.Unattributable, Judge(consensus, DataFlags.FullState));
    }

    private static TransferBytes One(ulong to = 1) => new TransferBytes().Begin(s_one, 0, to);

    private void Show(ReplicaId origin, ulong sequence) =>
        _store.ShownByOrigin = (id, _) => id == origin ? sequence : null;

    private void Hold(ReplicaId origin, DeltaVerdict verdict)
    {
        _state.HeldBack.BeginTransfer();
        _state.HeldBack.Find(origin, verdict);
        _state.HeldBack.EndTransfer(new Dictionary<ReplicaId, ulong>().Keys);
    }

    private DeltaVerdict Judge(TransferBytes transfer, DataFlags flags = DataFlags.None)
    {
        _state.StartFresh();
        return transfer.Judge(_store, s_limits, flags, _state, _floor);
    }
}
