using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Simulation;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Heartbeats, pulls, probes and rows of one core.</summary>
public sealed class SynchronizationTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly ReplicaId s_one = ScriptedPeers.IdOf(1);
    private static readonly ReplicaId s_two = ScriptedPeers.IdOf(2);
    private static readonly ReplicaId s_three = ScriptedPeers.IdOf(3);
    private readonly ScriptedPeers _peers = new();

    private ReplicaCore Core => _peers.Core;

    private ulong Own => _peers.Store.Vector[OriginTable.Self];

    [Fact]
    public void A_member_is_behind_by_what_it_has_not_said_that_it_contains()
    {
        Join(1);
        _peers.Write(1, 1);
        _peers.SayStatus(1, StatusFlags.None, (s_one, 1));
        Assert.Equal((long)Own, Core.Behind(Member(s_one)));
        _peers.SayStatus(1, StatusFlags.None, (Core.Self, Own - 1), (s_one, 1), (s_two, 99));
        Assert.Equal(1, Core.Behind(Member(s_one)));
        Core.LinkClosed(1, _peers.Now);
        Assert.Equal(1, Core.Behind(Member(s_one)));
    }

    [Fact]
    public void What_a_peer_has_and_is_missing_here_is_asked_of_one_peer_after_the_other()
    {
        _peers.Open(1);
        _peers.Open(2);
        _peers.SayStatus(1, StatusFlags.None, (s_three, 5));
        _peers.SayStatus(2, StatusFlags.None, (s_three, 5));
        Assert.Equal([1L], Pulls());
        Assert.Equal(PullKind.Missing, Core.Pulling);
        _peers.Run(s_second * 4);
        Assert.Equal([1L], Pulls());
        _peers.Run(s_second * 2);
        Assert.Equal([1L, 2L], Pulls());
        _peers.Run(s_second * 5);
        Assert.Equal([1L, 2L, 1L], Pulls());
    }

    [Fact]
    public void A_pull_is_over_once_what_was_missing_is_here()
    {
        _peers.Open(1);
        _peers.SayStatus(1, StatusFlags.None, (s_one, 1));
        Assert.Equal(PullKind.Missing, Core.Pulling);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 0, 1).Record(ScriptedPeers.Map, [1], [1]).End());
        Assert.Null(Core.Pulling);
        _peers.SayStatus(1, StatusFlags.None, (s_one, 1));
        Assert.Single(Pulls());
    }

    [Fact]
    public void A_peer_without_room_is_not_asked()
    {
        _peers.Open(1);
        Core.RoomChanged(1, hasRoom: false, _peers.Now);
        _peers.SayStatus(1, StatusFlags.None, (s_three, 5));
        Assert.Empty(Pulls());
        Core.RoomChanged(1, hasRoom: true, _peers.Now);
        _peers.Step();
        Assert.Single(Pulls());
    }

    [Fact]
    public void A_peer_hears_with_each_heartbeat_of_members_that_it_has_no_link_with()
    {
        Join(1);
        Join(2);
        _peers.Forget();
        _peers.Run(s_second * 1.5);
        Assert.Equal([s_two], Rows(1));
        Assert.Equal([s_one], Rows(2));
        _peers.Say(1, f => MessageWriter.WriteLinks(f, [s_two]));
        _peers.Forget();
        _peers.Run(s_second);
        Assert.Empty(Rows(1));
        _peers.Say(1, static f => MessageWriter.WriteLinks(f, []));
        _peers.Forget();
        _peers.Run(s_second);
        Assert.Equal([s_two], Rows(1));
    }

    [Fact]
    public void A_replica_that_is_not_synchronized_says_so_with_each_heartbeat_and_a_synchronized_one_is_silent()
    {
        var seeking = new ScriptedPeers(o => o with { Seeds = ["10.9.9.9:1"], SeedTimeout = TimeSpan.FromMinutes(10) });
        seeking.Open(1, saysStatus: false);
        seeking.Run(s_second * 3);
        Assert.InRange(seeking.Statuses(1).Count(), 2, 4);
        Assert.All(seeking.Statuses(1), s => Assert.Equal(StatusFlags.NotSynced, s.Flags));
        _peers.Open(1);
        _peers.Run(s_second * 3);
        Assert.Empty(_peers.Statuses(1));
    }

    [Fact]
    public void A_restart_is_asked_for_again_until_the_peer_begins_anew()
    {
        _peers.Open(1);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 3, 4).Record(ScriptedPeers.Map, [1], [1]).End());
        _peers.Forget();
        _peers.Run(s_second * 3);
        Assert.InRange(_peers.Statuses(1).Count(s => s.Flags == StatusFlags.Restart), 2, 4);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 0, 1).Record(ScriptedPeers.Map, [1], [1]).End());
        _peers.Forget();
        _peers.Run(s_second * 3);
        Assert.Empty(_peers.Statuses(1));
    }

    [Fact]
    public void A_heartbeat_with_the_vector_that_is_here_says_that_the_peer_contains_it()
    {
        Join(1);
        _peers.SayStatus(1, StatusFlags.None, (s_one, 1));
        Beat(ContentHash.OfVector(_peers.Store.Vector, _peers.Store.Origins), _peers.Store.Hash);
        Assert.Equal(0, Core.Behind(Member(s_one)));
        Assert.Equal(0, Core.Counters.Mismatches);
    }

    [Fact]
    public void Other_content_under_an_equal_vector_is_reported_and_repaired()
    {
        Join(1);
        Beat(ContentHash.OfVector(_peers.Store.Vector, _peers.Store.Origins), _peers.Store.Hash + 1);
        Assert.Equal(1, Core.Counters.Mismatches);
        Assert.Equal(PullKind.Repair, Core.Pulling);
        Assert.Contains(_peers.Outputs, o => o.Kind == CoreOutputKind.ContentMismatch);
    }

    [Fact]
    public void A_peer_whose_vector_is_not_what_it_said_is_asked_at_the_second_heartbeat()
    {
        _peers.Open(1);
        _peers.Say(1, f => MessageWriter.WriteAcknowledge(f, 1, new VersionVector(), _peers.Store.Origins,
            OriginRange.All));
        _peers.Forget();
        Beat(7, 0);
        Assert.Empty(_peers.Frames(1, MessageType.Probe));
        Beat(7, 0);
        Assert.Single(_peers.Frames(1, MessageType.Probe));
        Beat(7, 0);
        Assert.Single(_peers.Frames(1, MessageType.Probe));
        Beat(7, 0);
        Assert.Equal(2, _peers.Frames(1, MessageType.Probe).Count());
    }

    [Fact]
    public void Only_what_each_linked_peer_contains_is_stable_also_where_it_is_no_member()
    {
        Assert.Equal(Own, Core.StableVector()[OriginTable.Self]);
        _peers.Open(1);
        Assert.Equal(0UL, Core.StableVector()[OriginTable.Self]);
        _peers.SayStatus(1, StatusFlags.None, (Core.Self, Own));
        Assert.Equal(Own, Core.StableVector()[OriginTable.Self]);
    }

    [Fact]
    public void A_probe_is_repeated_until_it_is_answered_and_counts_once_what_was_answered_is_here()
    {
        var answered = new List<(ulong, ReplicaId)>();
        Core.ProbeAnswered = (id, by) => answered.Add((id, by));
        _peers.Open(1);
        Assert.Equal(1, Core.Probe(7, _peers.Now));
        _peers.Run(s_second * 2.5);
        Assert.InRange(_peers.Frames(1, MessageType.Probe).Count(f => Number(f) == 7), 3, 4);
        Answer(8);
        Answer(7, (s_one, 1));
        Assert.Empty(answered);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 0, 1).Record(ScriptedPeers.Map, [1], [1]).End());
        Assert.Equal([(7UL, s_one)], answered);
        Answer(7);
        _peers.Forget();
        _peers.Run(s_second * 2);
        Assert.DoesNotContain(_peers.Frames(1, MessageType.Probe), f => Number(f) == 7);
        Assert.Single(answered);
    }

    [Fact]
    public void A_probe_that_nobody_waits_for_any_more_is_not_answered()
    {
        var answered = new List<ulong>();
        Core.ProbeAnswered = (id, _) => answered.Add(id);
        _peers.Open(1);
        Core.Probe(7, _peers.Now);
        Core.Probe(8, _peers.Now);
        Answer(7, (s_one, 1));
        Answer(8, (s_one, 1));
        Core.EndProbe(7);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 0, 1).Record(ScriptedPeers.Map, [1], [1]).End());
        Assert.Equal([8UL], answered);
    }

    private static ulong Number(byte[] frame) => ControlReader.TryReadNumber(frame, out var number) ? number : 0;

    /// <summary>Opens a link with a peer that announces itself as a member.</summary>
    private void Join(long link)
    {
        _peers.Open(link);
        var id = ScriptedPeers.IdOf(link);
        var entry = MembersObject.Encode($"n{link}", $"10.0.1.{link}:1", []);
        _peers.SayData(link, new TransferBytes().Begin(id, 0, 1)
            .Record(ForgedTransfer.Members, ForgedTransfer.KeyOf(id), entry).End());
    }

    private Member Member(ReplicaId id) => Core.Members.Single(m => m.Id == id);

    private List<long> Pulls() => [.. _peers.Sent.Where(s => s.Type == MessageType.Pull).Select(s => s.Link)];

    private List<ReplicaId> Rows(long link) =>
        [.. _peers.Frames(link, MessageType.Row).Select(f => ControlReader.TryReadRow(f, out var row) ? row.Member : default)];

    private void Beat(ulong vectorHash, ulong contentHash) =>
        _peers.Say(1, f => MessageWriter.Write(f, new Heartbeat(0, vectorHash, contentHash, 0, default)));

    private void Answer(ulong id, params (ReplicaId Origin, ulong Sequence)[] vector) => _peers.Say(1, f =>
    {
        var contained = new VersionVector();
        foreach (var (origin, sequence) in vector) contained[_peers.Store.Origins.IndexOf(origin)] = sequence;
        MessageWriter.WriteProbeReply(f, id, contained, _peers.Store.Origins, OriginRange.All);
    });
}
