using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What a core sends to peers that say what they contain, ask for more, or lose a frame.</summary>
public sealed class SendingTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly ScriptedPeers _peers = new();

    private ReplicaId Self => _peers.Core.Self;

    private ulong Own => _peers.Store.Vector[OriginTable.Self];

    [Fact]
    public void A_peer_that_contains_nothing_is_sent_all_own_changes_and_then_what_is_new()
    {
        _peers.Open(1, saysStatus: false);
        Assert.Empty(_peers.Frames(1, MessageType.Data));
        _peers.SayStatus(1);
        Assert.Equal([(Self, 0UL, Own)], _peers.Transfers(1).Single().Sections);
        Assert.Equal(TransferBytes.Whole, _peers.Transfers(1).Single().Flags);
        var state = new DeltaReaderState();
        _peers.Transfers(1, state);
        _peers.Forget();
        _peers.Now += s_second;
        _peers.Write(1, 1);
        var (flags, sections) = _peers.Transfers(1, state).Single();
        Assert.Equal(DataFlags.First | DataFlags.Last, flags);
        Assert.Equal([(Self, Own - 1, Own)], sections);
    }

    [Fact]
    public void A_change_waits_for_the_broadcast_interval_unless_somebody_waits_for_it()
    {
        _peers.Open(1);
        _peers.Now += s_second;
        _peers.Write(1, 1);
        Assert.Single(_peers.Frames(1, MessageType.Data));
        _peers.Write(2, 1);
        Assert.Single(_peers.Frames(1, MessageType.Data));
        Assert.True(_peers.Core.Deadline <= _peers.Now + TimeSpan.FromMilliseconds(8));
        _peers.Core.Pump(_peers.Now, urgent: true);
        _peers.Step();
        Assert.Equal(2, _peers.Frames(1, MessageType.Data).Count());
    }

    [Fact]
    public void A_peer_that_begins_anew_is_sent_everything_after_what_it_contains()
    {
        _peers.Open(1);
        for (byte key = 0; key < 4; key++) _peers.Write(key, 1);
        _peers.Run(s_second);
        _peers.Forget();
        _peers.SayStatus(1, StatusFlags.Restart, (Self, 2));
        var (flags, sections) = _peers.Transfers(1).Single();
        Assert.Equal(TransferBytes.Whole, flags);
        Assert.Equal([(Self, 2UL, Own)], sections);
        _peers.Forget();
        _peers.SayStatus(1, StatusFlags.None, (Self, 2));
        Assert.Empty(_peers.Frames(1, MessageType.Data));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_full_state_is_sent_as_that_and_a_repair_as_a_repair(bool isRepair)
    {
        _peers.Open(1);
        _peers.Open(2);
        Bring(2, 1);
        _peers.Run(s_second);
        _peers.Forget();
        _peers.Say(1, f => MessageWriter.WritePull(f, isRepair ? PullKind.Repair : PullKind.FullState));
        var (flags, sections) = _peers.Transfers(1).Single();
        Assert.Equal(TransferBytes.Whole | DataFlags.FullState | (isRepair ? DataFlags.Repair : 0), flags);
        Assert.Equal([(Self, 0UL, Own), (ScriptedPeers.IdOf(2), 0UL, 1UL)], sections);
        _peers.Forget();
        _peers.Write(1, 1);
        _peers.Run(s_second);
        Assert.Equal(DataFlags.First | DataFlags.Last, _peers.Transfers(1, Known()).Single().Flags);
    }

    [Fact]
    public void A_full_state_that_was_not_acknowledged_is_sent_again_when_the_peer_begins_anew()
    {
        _peers.Open(1);
        _peers.Say(1, f => MessageWriter.WritePull(f, PullKind.Repair));
        var number = Number(_peers.Frames(1, MessageType.Data).Last());
        _peers.Forget();
        _peers.SayStatus(1, StatusFlags.Restart);
        Assert.Equal(TransferBytes.Whole | DataFlags.FullState | DataFlags.Repair, _peers.Transfers(1).Single().Flags);
        Assert.True(Number(_peers.Frames(1, MessageType.Data).Last()) > number);
        Acknowledge(1, Number(_peers.Frames(1, MessageType.Data).Last()));
        _peers.Forget();
        _peers.Now += s_second;
        _peers.SayStatus(1, StatusFlags.Restart);
        Assert.Equal(TransferBytes.Whole, _peers.Transfers(1).Single().Flags);
    }

    [Fact]
    public void A_pull_of_what_is_missing_brings_what_others_made_at_once()
    {
        _peers.Open(1);
        _peers.Open(2);
        _peers.Say(1, f => MessageWriter.WriteLinks(f, [ScriptedPeers.IdOf(2)]));
        Bring(2, 1);
        Assert.Empty(_peers.Frames(1, MessageType.Data));
        _peers.Say(1, static f => MessageWriter.WritePull(f, PullKind.Missing));
        Assert.Equal([(ScriptedPeers.IdOf(2), 0UL, 1UL)], _peers.Transfers(1, Known()).Single().Sections);
        Assert.Equal(1, _peers.Core.Counters.Relayed);
    }

    [Fact]
    public void What_another_made_is_passed_on_at_once_to_a_peer_that_has_no_link_with_it()
    {
        _peers.Open(1);
        _peers.Open(2);
        _peers.Now += s_second;
        Bring(2, 1);
        Assert.Equal([(ScriptedPeers.IdOf(2), 0UL, 1UL)], _peers.Transfers(1, Known()).Single().Sections);
        Assert.Empty(_peers.Frames(2, MessageType.Data));
    }

    [Fact]
    public void To_a_peer_that_has_a_link_with_it_it_is_passed_on_once_the_peer_stands_still()
    {
        _peers.Open(1);
        _peers.Open(2);
        _peers.Say(1, f => MessageWriter.WriteLinks(f, [ScriptedPeers.IdOf(2)]));
        _peers.Now += s_second;
        Bring(2, 1);
        Assert.Empty(_peers.Frames(1, MessageType.Data));

        // Peer 2 has a smaller id and a link with peer 1, so that its turn is first: twice RelayAfter.
        _peers.Run(TimeSpan.FromMilliseconds(99));
        Assert.Empty(_peers.Frames(1, MessageType.Data));
        _peers.Run(TimeSpan.FromMilliseconds(2));
        Assert.Single(_peers.Transfers(1, Known()));
    }

    [Fact]
    public void Of_several_that_could_pass_it_on_the_smallest_id_does()
    {
        _peers.Open(1);
        _peers.Open(2);
        _peers.Open(3);
        _peers.Say(1, f => MessageWriter.WriteLinks(f, [ScriptedPeers.IdOf(3)]));
        _peers.Say(3, f => MessageWriter.WriteLinks(f, [ScriptedPeers.IdOf(1), ScriptedPeers.IdOf(2)]));
        _peers.Now += s_second;
        _peers.Forget();
        Bring(2, 1);
        Assert.Empty(_peers.Frames(1, MessageType.Data));
        _peers.Say(3, f => MessageWriter.WriteLinks(f, [ScriptedPeers.IdOf(1)]));
        Assert.Single(_peers.Transfers(1, Known()));
    }

    [Fact]
    public void Probes_are_answered_after_what_was_asked_for_and_64_of_them_at_most()
    {
        _peers.Open(1);
        Acknowledge(1, 1);
        _peers.Core.RoomChanged(1, hasRoom: false, _peers.Now);
        for (var id = 1; id <= 70; id++) _peers.Say(1, f => MessageWriter.WriteProbe(f, (ulong)id));
        Assert.Empty(_peers.Frames(1, MessageType.ProbeReply));
        _peers.Core.RoomChanged(1, hasRoom: true, _peers.Now);
        _peers.Step();
        var replies = _peers.Frames(1,
            MessageType.ProbeReply).Select(f => ControlReader.TryReadProbeReply(f, out var r) ? r.Id : 0).ToList();
        Assert.Equal(Enumerable.Range(1, 64).Select(i => (ulong)i), replies);
        Assert.Contains(_peers.Sent, s => s.Type == MessageType.Acknowledge);
        _peers.Forget();
        _peers.Step();
        Assert.Empty(_peers.Frames(1, MessageType.ProbeReply));
    }

    [Fact]
    public void A_state_larger_than_a_frame_is_sent_in_parts_of_which_one_is_the_first_and_one_the_last()
    {
        var peers = new ScriptedPeers(o => o with { MaxFrameBytes = 200 });
        for (var key = 0; key < 200; key++) peers.Write((byte)(key & 0x7F), (byte)(key & 0x7F));
        peers.Open(1, saysStatus: false);
        peers.SayStatus(1);
        var frames = peers.Frames(1, MessageType.Data).ToList();
        Assert.InRange(frames.Count, 3, 20);
        Assert.All(frames, f => Assert.InRange(f.Length, 1, 200));
        var flags = frames.Select(FlagsOf).ToList();
        Assert.Equal(DataFlags.First | DataFlags.Fresh, flags[0]);
        Assert.All(flags[1..^1], f => Assert.Equal(DataFlags.None, f));
        Assert.Equal(DataFlags.Last, flags[^1]);
        Assert.Equal(Enumerable.Range(1, frames.Count).Select(i => (ulong)i), frames.Select(Number));
    }

    [Fact]
    public void A_status_of_many_origins_comes_in_parts_that_say_so()
    {
        var peers = new ScriptedPeers(o => o with { MaxFrameBytes = 300 });
        peers.Open(1);
        for (var i = 0; i < 7; i++) peers.SayData(1, new TransferBytes().Begin(new ReplicaId((UInt128)(50 + i)), 0, 1)
            .Record(ScriptedPeers.Map, [1], [1]).End());
        peers.Open(2, saysStatus: false);
        peers.Forget();
        peers.SayData(1, new TransferBytes().Begin(new ReplicaId(50), 5, 6).Record(ScriptedPeers.Map, [1], [1]).End());
        var parts = peers.Statuses(1).ToList();
        Assert.InRange(parts.Count, 3, 10);
        Assert.Equal(StatusFlags.More | StatusFlags.Restart, parts[0].Flags);
        Assert.All(parts.Skip(1).SkipLast(1),
            p => Assert.Equal(StatusFlags.Continued | StatusFlags.More | StatusFlags.Restart, p.Flags));
        Assert.Equal(StatusFlags.Continued | StatusFlags.Restart, parts[^1].Flags);
        Assert.Equal(8, parts.SelectMany(p => p.Vector).Count());
        Assert.All(peers.Frames(1, MessageType.Status), f => Assert.InRange(f.Length, 1, 300));
    }

    private static ulong Number(byte[] frame) => HeaderOf(frame).Number;

    private static DataFlags FlagsOf(byte[] frame) => HeaderOf(frame).Flags;

    private static DataHeader HeaderOf(byte[] frame)
    {
        var reader = new SpanReader(frame);
        Assert.True(MessageReader.TryReadType(ref reader, out _));
        Assert.True(MessageReader.TryReadData(ref reader, out var header, out _));
        return header;
    }

    /// <summary>A reader that has read an earlier transfer, which numbered this replica and two objects.</summary>
    private DeltaReaderState Known()
    {
        var state = new DeltaReaderState();
        state.Origins.Add(Self);
        state.Objects.Add(new PeerReplica.Crdts.ObjectIdentity("$members", PeerReplica.Crdts.ObjectKind.Members,
            "replica"));
        state.Objects.Add(ScriptedPeers.Map);
        return state;
    }

    private void Bring(long link, ulong sequence) => _peers.SayData(
        link, new TransferBytes().Begin(ScriptedPeers.IdOf(link), sequence - 1, sequence)
            .Record(ScriptedPeers.Map, [9], [1]).End());

    private void Acknowledge(long link, ulong number) => _peers.Say(
        link, f => MessageWriter.WriteAcknowledge(f, number, new VersionVector(), _peers.Store.Origins,
            OriginRange.All));
}
