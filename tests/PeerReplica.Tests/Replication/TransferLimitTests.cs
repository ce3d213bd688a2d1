using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Tests.Escrow;
using PeerReplica.Tests.Laws;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Limits of a transfer: its records are taken at the limit and held back beyond it.</summary>
public sealed class TransferLimitTests
{
    private const int MaxKey = 100;
    private const int MaxValue = 200;
    private const ulong Century = TransferLimits.MaxRemainingMilliseconds;
    private static readonly ReplicaId s_one = new(1);
    private static readonly ReplicaId s_two = new(2);
    private static readonly ObjectIdentity s_map = new("m", ObjectKind.Map, "bin");
    private static readonly ObjectIdentity s_expulsions = new("$expulsions", ObjectKind.Expulsions, "identity");
    private static readonly TransferLimits s_limits = new(MaxKey, MaxValue,
        new HybridTimestamp(50, 0))
    { Sender = (s_one, null) };
    private readonly Store _store = new(new ReplicaId(9));
    private readonly DeltaReaderState _state = new();

    [Theory]
    [InlineData(nameof(ObjectKind.Map), MaxKey, true)]
    [InlineData(nameof(ObjectKind.Map), MaxKey + 1, false)]
    [InlineData(nameof(ObjectKind.Presence), MaxKey + 1, true)]
    [InlineData(nameof(ObjectKind.Presence), 1_024, true)]
    [InlineData(nameof(ObjectKind.Presence), 1_025, false)]
    [InlineData(nameof(ObjectKind.Reservation), 1_024, true)]
    [InlineData(nameof(ObjectKind.Reservation), 1_025, false)]
    public void A_key_is_as_long_as_its_kind_allows(string kind, int length, bool isTaken)
    {
        var parsed = Enum.Parse<ObjectKind>(kind);
        var payload = parsed == ObjectKind.Reservation ? ObjectKinds.All.Single(k => k.Kind == parsed).Payload(1) : [1];
        Assert.Equal(isTaken, IsTaken(new TransferBytes().Begin(s_one, 0, 1)
            .Record(new("o", parsed, "bin"), Bin(length), payload).End()));
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(1_025)]
    public void An_app_that_allows_longer_keys_allows_them_for_the_clusters_own_too(int length)
    {
        var transfer = new TransferBytes().Begin(s_one, 0, 1)
            .Record(new("o", ObjectKind.Presence, "bin"), Bin(length), [1]).End();
        Assert.True(IsTaken(transfer, s_limits with { MaxKeyBytes = length }));
        Assert.False(IsTaken(transfer, s_limits with { MaxKeyBytes = length - 1 }));
    }

    [Theory]
    [InlineData(MaxValue, true)]
    [InlineData(MaxValue + 1, false)]
    public void A_value_is_as_long_as_the_limit(int length, bool isTaken) =>
        Assert.Equal(isTaken, IsTaken(new TransferBytes().Begin(s_one, 0, 1).Record(s_map, [1], Bin(length)).End()));

    [Theory]
    [InlineData(nameof(ObjectKind.Members))]
    [InlineData(nameof(ObjectKind.Expulsions))]
    public void What_replicas_say_of_themselves_takes_64_KiB(string kind)
    {
        Assert.True(IsTaken(Padded(kind, 64 << 10)));
        Assert.False(IsTaken(Padded(kind, (64 << 10) + 1)));
        Assert.True(IsTaken(Padded(kind, 100_000), s_limits with { MaxValueBytes = 100_000 }));
    }

    [Theory]
    [InlineData(nameof(ObjectKind.Reservation), 500, true)]
    [InlineData(nameof(ObjectKind.Reservation), 4_000, false)]
    [InlineData(nameof(ObjectKind.Consensus), 4_000, true)]
    [InlineData(nameof(ObjectKind.Decisions), 4_000, true)]
    [InlineData(nameof(ObjectKind.BoundedCounter), 4_000, true)]
    [InlineData(nameof(ObjectKind.Pool), 4_000, true)]
    public void Accounts_and_what_they_rest_on_take_more_than_the_app_and_a_reservation_takes_64_KiB(string kind,
        int marks, bool isTaken) =>
        Assert.Equal(isTaken, IsTaken(WithMarks(Enum.Parse<ObjectKind>(kind), marks)));

    [Theory]
    [InlineData(50, true)]
    [InlineData(51, false)]
    public void A_change_is_as_late_as_the_latest_stamp(long wall, bool isTaken) =>
        Assert.Equal(isTaken, IsTaken(new TransferBytes().Begin(s_one, 0, 1)
            .Record(s_map, [1], [1], wall: wall).End()));

    [Theory]
    [InlineData(0, true)]
    [InlineData(Century, true)]
    [InlineData(Century + 1, false)]
    public void An_expiry_lies_within_a_century(ulong remaining, bool isSound) => Assert.Equal(
        isSound ? DeltaVerdict.Applied : DeltaVerdict.Malformed,
        Judge(new TransferBytes().Begin(s_one, 0, 1).Record(s_map, [1], [1], expiry: remaining).End()));

    [Theory]
    [InlineData(1, null, true)]
    [InlineData(Century, null, true)]
    [InlineData(Century + 1, null, false)]
    [InlineData(1, Century, true)]
    [InlineData(1, Century + 1, false)]
    public void A_sliding_expiry_has_a_window_and_an_end_within_a_century(ulong window, ulong? last, bool isSound)
    {
        var record = new TransferBytes().Begin(s_one, 0, 1)
            .Record(s_map, [1], [1], expiry: 1, sliding: (window, last)).End();
        Assert.Equal(isSound ? DeltaVerdict.Applied : DeltaVerdict.Malformed, Judge(record));
    }

    [Fact]
    public void A_sliding_expiry_needs_an_expiry() => Assert.Equal(
        DeltaVerdict.Malformed, Judge(new TransferBytes().Begin(s_one, 0, 1)
            .Record(s_map, [1], [1], sliding: (1, null)).End()));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_transfer_brings_as_many_new_origins_as_it_may(int room, bool takesBoth)
    {
        var transfer = new TransferBytes().Begin(s_one, 0, 1).Record(s_map, [1], [1]).End().Begin(s_two, 0, 1)
            .Record(s_map, [2], [1]).End();
        for (var round = 0; round < 2; round++)
        {
            Judge(transfer, s_limits with { NewOrigins = room });
            Assert.Equal(room == 0, _state.HeldBack.Contains(s_one));
            Assert.Equal(!takesBoth, _state.HeldBack.Contains(s_two));
        }
    }

    [Fact]
    public void What_one_transfer_brings_takes_no_room_from_the_next()
    {
        var limits = s_limits with { NewOrigins = 1 };
        foreach (var origin in (ReplicaId[])[s_one, s_two])
        {
            Judge(new TransferBytes().Begin(origin, 0, 1).Record(s_map, [1], [1]).End(), limits);
            Assert.True(_state.HeldBack.IsEmpty);
        }
    }

    [Fact]
    public void A_floor_of_an_origin_for_which_there_is_no_room_holds_that_origin_back()
    {
        Judge(new TransferBytes((s_two, 1)).Begin(s_one, 0, 1)
            .Record(s_map, [1], [1]).End(), s_limits with { NewOrigins = 0 });
        Assert.True(_state.HeldBack.Contains(s_two));
    }

    [Fact]
    public void A_sender_with_more_held_back_than_a_table_of_origins_holds_is_refused()
    {
        Hold(OriginTable.MaxCount);
        Assert.NotEqual(DeltaVerdict.Unattributable, Judge(new TransferBytes()));
        Hold(OriginTable.MaxCount + 1);
        Assert.Equal(DeltaVerdict.Unattributable, Judge(new TransferBytes()));
    }

    [Fact]
    public void Decisions_on_identities_are_taken_up_to_the_limit_and_those_on_known_ones_beyond_it()
    {
        var expulsions = new ExpulsionsObject(static _ => { });
        _store.Register(expulsions);
        for (var i = 0; i < ExpulsionsObject.MaxFromPeers - 2; i++)
            expulsions.EntryOf(ExpulsionsObject.KeyOf($"key:{i}"));
        Assert.True(IsTaken(Decisions("a", "b")));
        Assert.False(IsTaken(Decisions("a", "b", "c")));
        Assert.True(IsTaken(Decisions("a", "key:1", "b", "key:2")));
    }

    /// <summary>So many bytes, the header among them.</summary>
    private static byte[] Bin(int length)
    {
        var header = length <= 257 ? 2 : length <= 65_538 ? 3 : 5;
        return RecordBytes.Of((ref MessagePackWriter o) => o.WriteBinary(new byte[length - header]));
    }

    private static TransferBytes Decisions(params string[] identities)
    {
        var transfer = new TransferBytes().Begin(s_one, 0, (ulong)identities.Length);
        var decision = ExpulsionsObject.Encode(true);
        foreach (var identity in identities) transfer.Record(s_expulsions, ExpulsionsObject.KeyOf(identity), decision);
        return transfer.End();
    }

    /// <summary>[true, padding]: a decision, and no member that can be read.</summary>
    private static TransferBytes Padded(string kind, int length)
    {
        var key = kind == nameof(ObjectKind.Expulsions) ? ExpulsionsObject.KeyOf("key:1")
            : RecordBytes.Of(static (ref MessagePackWriter o) => o.WriteReplicaId(s_one));
        return new TransferBytes().Begin(s_one, 0, 1)
            .Record(new("o", Enum.Parse<ObjectKind>(kind), "x"), key, [0x92, 0xC3, .. Bin(length - 2)]).End();
    }

    /// <summary>A sound record with a list of 24 bytes for each mark.</summary>
    private static TransferBytes WithMarks(ObjectKind kind, int count)
    {
        var marks = Enumerable.Range(1,
            count).Select(static i => new Mark(new ReplicaId((UInt128)i), 1 << 20)).ToArray();
        var payload = RecordBytes.Of((ref MessagePackWriter o) =>
        {
            if (kind == ObjectKind.Reservation) new ReservationRecord(ReservationState.Held, 1, default, 0, default, 0,
                1, marks).Encode(ref o);
            else if (kind == ObjectKind.Consensus) new ConsensusRecord
            {
                NodeName = "n",
                Address = "a:1",
                Acks = marks
            }.Encode(ref o);
            else if (kind == ObjectKind.Decisions) o.WriteDecision(new Decision
            {
                BootstrapId = new ReplicaId(7),
                Voters = [s_one],
                Cut = marks
            });
            else (AccountRecord.Empty with { Heard = marks }).Encode(ref o);
        });
        return new TransferBytes().Begin(s_one, 0, 1)
            .Record(new("o", kind, "x"), ObjectKinds.All.Single(k => k.Kind == kind).Key(1), payload).End();
    }

    private void Hold(int count)
    {
        _state.HeldBack.BeginTransfer();
        for (var i = _state.HeldBack.Count; i < count; i++) _state.HeldBack.Find(new ReplicaId((UInt128)i + 1_000),
            DeltaVerdict.TooManyOrigins);
        _state.HeldBack.EndTransfer(new Dictionary<ReplicaId, ulong>().Keys);
        Assert.Equal(count, _state.HeldBack.Count);
    }

    private bool IsTaken(TransferBytes transfer, TransferLimits? limits = null)
    {
        Assert.Contains(Judge(transfer, limits), (DeltaVerdict[])[DeltaVerdict.Applied, DeltaVerdict.Known]);
        return !_state.HeldBack.Contains(s_one);
    }

    private DeltaVerdict Judge(TransferBytes transfer, TransferLimits? limits = null) =>
        transfer.Judge(_store, limits ?? s_limits, state: _state);
}
