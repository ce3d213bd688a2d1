using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// Full states that nobody asked for, intervals and floors that a transfer does not show, transfers that never end.
/// </summary>
public sealed class UnaskedTransferTests
{
    private static readonly ReplicaId s_invented = new(0xF00D);
    private readonly Victim _victim = new(
        opens: true, o => o with { PeerTimeout = TimeSpan.FromSeconds(5), MaxStagedBytes = 1 << 20 });

    public UnaskedTransferTests() => _victim.EnsureLink();

    private Store Store => _victim.Core.Store;

    private int Requests => _victim.Pulls.Count(p => p == PullKind.FullState);

    private ulong HonestChanges => Store.Vector[Store.Origins.IndexOf(_victim.Honest.Self)];

    [Fact]
    public void A_full_state_that_nobody_asked_for_removes_nothing_and_raises_no_floor()
    {
        var before = (Store.Hash, Store.LiveRecords);
        Assert.True(HonestChanges > 0);
        Send(DataFlags.FullState, b => Empty(b, _victim.Honest.Self, HonestChanges));
        Assert.Equal(before, (Store.Hash, Store.LiveRecords));
        Assert.Equal(0UL, Store.Floor[Store.Origins.IndexOf(_victim.Honest.Self)]);
        Assert.Equal(0, _victim.Closed);
        Assert.Equal(1, _victim.Core.Counters.UnaskedFullStates);
    }

    [Fact]
    public void A_repair_that_nobody_asked_for_replaces_nothing()
    {
        Send(DataFlags.None, b => One(b, s_invented, 1, "first"));
        var before = Store.Hash;
        Send(DataFlags.FullState | DataFlags.Repair, b => One(b, s_invented, 1, "zzz, which is greater"));
        Assert.Equal(before, Store.Hash);
        Assert.Equal(0, _victim.Closed);
    }

    [Fact]
    public void Nothing_new_in_it_is_taken_and_the_sender_is_told_to_begin_anew()
    {
        Send(DataFlags.FullState, b => One(b, s_invented, 1, "new"));
        Assert.Equal(0UL, Store.Vector[Store.Origins.IndexOf(s_invented)]);
        Assert.Equal(0, _victim.Closed);
        Send(DataFlags.None, b => One(b, s_invented, 1, "new"));
        Assert.Equal(1UL, Store.Vector[Store.Origins.IndexOf(s_invented)]);
    }

    [Fact]
    public void Whoever_goes_on_sending_them_is_disconnected_and_that_is_an_offence()
    {
        for (var i = 0; i <= ExpectedFullStates.MaxUnasked; i++)
        {
            Assert.Equal((0, 0), (_victim.Closed, _victim.Core.Counters.Quarantined));
            Send(DataFlags.FullState, b => Empty(b, _victim.Honest.Self, HonestChanges));
        }

        Assert.Equal((1, LinkVerdict.Unsolicited), (_victim.Closed, _victim.Verdict));
        Assert.Equal(1, _victim.Core.Counters.Quarantined);
        Assert.True(_victim.HonestLinkIsOpen);
    }

    [Fact]
    public void A_slow_peer_that_answers_each_of_100_requests_commits_no_offence_and_one_that_answers_more_does()
    {
        AskForFullState();
        while (Requests < 100) _victim.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _victim.Closed);
        var requests = Requests;
        for (var i = 0; i < requests; i++) Send(DataFlags.FullState, b => Empty(b, s_invented, 10));
        var counters = _victim.Core.Counters;
        Assert.Equal((0, 0, requests), (_victim.Closed, counters.Quarantined, counters.FullStates + counters.UnaskedFullStates));
        Assert.InRange(counters.UnaskedFullStates, ExpectedFullStates.MaxUnasked + 1, requests);
        for (var sent = 0; _victim.Closed == 0; sent++)
        {
            Assert.InRange(sent, 0, 2 * ((2 * requests) + ExpectedFullStates.MaxUnasked + 1));
            Send(DataFlags.FullState, b => Empty(b, s_invented, 10));
        }

        Assert.Equal((LinkVerdict.Unsolicited, 1), (_victim.Verdict, _victim.Core.Counters.Quarantined));
        Assert.True(_victim.HonestLinkIsOpen);
    }

    [Fact]
    public void A_full_state_that_was_asked_for_removes_nothing_above_the_floor_that_it_shows()
    {
        var records = Store.LiveRecords;
        AskForFullState();
        Send(DataFlags.FullState, b =>
        {
            b.WriteArrayHeader(2);
            b.WriteReplicaId(s_invented);
            b.WriteUInt(10);
            Section(b, s_invented, 0, 10);
            Section(b, _victim.Honest.Self, 0, HonestChanges, "x");
        });
        Assert.Equal(0, _victim.Closed);
        Assert.Equal(0, _victim.Core.Counters.UnaskedFullStates);
        Assert.Equal(10UL, Store.Floor[Store.Origins.IndexOf(s_invented)]);
        Assert.InRange(Store.LiveRecords, records, records + 1);
    }

    [Fact]
    public void A_full_state_may_be_late()
    {
        AskForFullState();
        _victim.Advance(TimeSpan.FromSeconds(30));
        Send(DataFlags.FullState, b => Empty(b, s_invented, 10));
        Assert.Equal(0, _victim.Core.Counters.UnaskedFullStates);
        Assert.Equal(1, _victim.Core.Counters.FullStates);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_interval_that_does_not_show_its_last_change_ends_the_link(bool hasRecord)
    {
        Send(DataFlags.None, b =>
        {
            b.WriteArrayHeader(0);
            Section(b, s_invented, 0, 1_000_000, hasRecord ? "x" : null, at: 5);
        });
        Assert.Equal((1, LinkVerdict.Malformed), (_victim.Closed, _victim.Verdict));
        Assert.Equal(0UL, Store.Vector[Store.Origins.IndexOf(s_invented)]);
    }

    [Fact]
    public void A_record_kept_from_before_does_not_take_the_place_of_a_later_one_so_that_it_can_be_passed_on()
    {
        Send(DataFlags.None, b =>
        {
            b.WriteArrayHeader(0);
            Section(b, s_invented, 0, 7, "the last change of the interval");
            Section(b, s_invented, 4, 4, "kept from before", at: 5);
        });
        Assert.Equal(0, _victim.Closed);
        _victim.Advance(TimeSpan.FromSeconds(5));
        var there = _victim.Honest.Store;
        Assert.Equal(7UL, there.Vector[there.Origins.IndexOf(s_invented)]);
        Assert.True(_victim.HonestLinkIsOpen);
    }

    [Fact]
    public void A_transfer_that_never_ends_is_bounded_and_ends_its_link()
    {
        SendPart(1, new byte[100_000]);
        var number = 1UL;
        while (_victim.Closed == 0) SendPart(++number, new byte[100_000]);
        Assert.Equal(11UL, number);
        Assert.Equal(LinkVerdict.OverQuota, _victim.Verdict);
        Assert.Contains("MaxStagedBytes", _victim.Detail, StringComparison.Ordinal);
        Assert.True(_victim.HonestLinkIsOpen);
    }

    [Fact]
    public void Beyond_the_limit_the_link_with_most_is_closed_and_what_an_honest_peer_sends_meanwhile_arrives()
    {
        SendPart(1, new byte[900_000]);
        var before = HonestChanges;
        _victim.WriteOnHonest(new string('x', 600_000));
        _victim.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((1, LinkVerdict.OverQuota), (_victim.Closed, _victim.Verdict));
        Assert.Equal(before + 1, HonestChanges);
        Assert.True(_victim.HonestLinkIsOpen);
    }

    [Fact]
    public void A_transfer_that_is_not_completed_ends_its_link_at_a_deadline()
    {
        SendPart(1, new byte[100_000]);
        _victim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _victim.Closed);
        _victim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((1, LinkVerdict.Unfinished), (_victim.Closed, _victim.Verdict));
        Assert.True(_victim.HonestLinkIsOpen);

        // An honest peer may have been cut off meanwhile: it loses the link, and nothing of what came is kept.
        Assert.Equal(0, _victim.Core.Counters.Quarantined);
        Assert.Equal(0, _victim.Core.Links.Sum(l => l.Staged.Length));
        _victim.EnsureLink();
        Send(DataFlags.None, b => One(b, s_invented, 1, "new"));
        Assert.Equal(1UL, Store.Vector[Store.Origins.IndexOf(s_invented)]);
    }

    [Fact]
    public void Who_leaves_one_unfinished_each_time_commits_no_offence_and_takes_no_room_from_others()
    {
        for (var i = 0; i < 10; i++)
        {
            _victim.EnsureLink();
            SendPart(1, new byte[900_000]);
            _victim.Advance(TimeSpan.FromSeconds(120));
            Assert.Equal((i + 1, LinkVerdict.Unfinished), (_victim.Closed, _victim.Verdict));
        }

        Assert.Equal(0, _victim.Core.Counters.Quarantined);
        var before = HonestChanges;
        _victim.WriteOnHonest(new string('x', 600_000));
        _victim.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((10, before + 1), (_victim.Closed, HonestChanges));
    }

    [Fact]
    public void A_transfer_whose_parts_are_not_taken_ends_its_link_at_a_deadline()
    {
        var victim = new Victim(
            opens: true, o => o with { PeerTimeout = TimeSpan.FromSeconds(5), MaxFrameBytes = 4096, WindowBytes = 16 << 10 });
        victim.EnsureLink();
        victim.WriteOnHonest(new string('x', 100_000));
        victim.Advance(TimeSpan.FromSeconds(20));
        Assert.NotNull(victim.Link.Transfer);
        victim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, victim.Closed);
        victim.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((1, LinkVerdict.Unfinished), (victim.Closed, victim.Verdict));
        Assert.True(victim.HonestLinkIsOpen);
    }

    /// <summary>
    /// Makes the victim ask for a full state: the hostile peer has dropped tombstones of changes that the victim lacks.
    /// </summary>
    private void AskForFullState()
    {
        var origins = new OriginTable(s_invented);
        var vector = new VersionVector { [OriginTable.Self] = 10 };
        var frame = new FrameBuffer();
        MessageWriter.WriteStatus(frame, vector, vector, origins, OriginRange.All, StatusFlags.None);
        _victim.Receive(frame.Written);
        Assert.Equal([PullKind.FullState], _victim.Pulls.Where(p => p != PullKind.Missing));
    }

    private void Send(DataFlags flags, Action<FrameBuffer> write)
    {
        var body = new FrameBuffer();
        write(body);
        var frame = new FrameBuffer();
        var header = new DataHeader(_victim.NextDataNumber, flags | DataFlags.First | DataFlags.Last | DataFlags.Fresh);
        MessageWriter.WriteData(frame, header, body.Written);
        _victim.Receive(frame.Written);
    }

    private void SendPart(ulong number, byte[] part)
    {
        var frame = new FrameBuffer();
        var flags = number == 1 ? DataFlags.First | DataFlags.Fresh : DataFlags.None;
        MessageWriter.WriteData(frame, new DataHeader(number, flags), part);
        _victim.Receive(frame.Written);
    }

    /// <summary>An interval without a record, and a floor that explains why.</summary>
    private static void Empty(FrameBuffer body, ReplicaId origin, ulong to)
    {
        body.WriteArrayHeader(2);
        body.WriteReplicaId(origin);
        body.WriteUInt(to);
        Section(body, origin, 0, to);
    }

    private static void One(FrameBuffer body, ReplicaId origin, ulong sequence, string value)
    {
        body.WriteArrayHeader(0);
        Section(body, origin, sequence - 1, sequence, value);
    }

    private static void Section(FrameBuffer body, ReplicaId origin, ulong from, ulong to, string? value = null, ulong at = 0)
    {
        body.WriteReplicaId(origin);
        body.WriteUInt(from);
        body.WriteUInt(to - from);
        if (value is not null)
        {
            body.WriteUInt(0);
            body.WriteArrayHeader(3);
            body.WriteText("m");
            body.WriteUInt((ulong)ObjectKind.Map);
            body.WriteText("int");
            body.WriteUInt((at == 0 ? to : at) - from);
            body.WriteInt(5);
            body.WriteInt(7);
            body.WriteText(value);
        }

        body.WriteNil();
    }
}
