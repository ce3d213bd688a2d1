using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>How a core handles frames in order, repeated or lost, and reports of peers about each other.</summary>
public sealed class ReceivingTests
{
    private static readonly ReplicaId s_one = ScriptedPeers.IdOf(1);
    private static readonly ReplicaId s_two = ScriptedPeers.IdOf(2);
    private readonly ScriptedPeers _peers = new();

    [Fact]
    public void A_transfer_is_applied_and_acknowledged_at_once()
    {
        _peers.Open(1);
        _peers.SayData(1, One(1));
        Assert.Equal(1UL, Contained(s_one));
        var (number, changed) = Acknowledged(1).Single();
        Assert.Equal(1UL, number);
        Assert.Equal([(s_one, 1UL)], changed);
        Assert.Equal(1, _peers.Core.Counters.Merged);
    }

    [Fact]
    public void A_frame_that_comes_twice_is_passed_over()
    {
        _peers.Open(1);
        _peers.SayData(1, One(1));
        _peers.Forget();
        _peers.SayData(1, One(2), number: 1);
        Assert.Equal(1UL, Contained(s_one));
        Assert.Empty(_peers.Sent);
        Assert.Equal(0, _peers.Core.Counters.Duplicates);
    }

    [Fact]
    public void A_transfer_of_what_is_known_is_counted_and_what_it_numbers_counts()
    {
        _peers.Open(1);
        _peers.SayData(1, One(1));
        _peers.SayData(1, One(1));
        Assert.Equal(1, _peers.Core.Counters.Duplicates);
        _peers.SayData(1, Numbered(1), DataFlags.First | DataFlags.Last);
        Assert.Equal(2UL, Contained(s_one));
    }

    [Fact]
    public void After_a_lost_frame_the_peer_is_asked_to_begin_anew_once_in_a_heartbeat_interval()
    {
        _peers.Open(1);
        _peers.SayData(1, One(1));
        _peers.Forget();
        for (var i = 0; i < 3; i++) _peers.SayData(1, Numbered(1), DataFlags.First | DataFlags.Last,
            number: 5 + (ulong)i);
        Assert.Equal(StatusFlags.Restart, _peers.Statuses(1).Single().Flags);
        Assert.Contains((s_one, 1UL), _peers.Statuses(1).Single().Vector);
        Assert.Equal(1UL, Contained(s_one));
        _peers.Now += TimeSpan.FromSeconds(1);
        _peers.SayData(1, Numbered(1), DataFlags.First | DataFlags.Last, number: 8);
        Assert.Equal(2, _peers.Statuses(1).Count());
        _peers.SayData(1, One(2), number: 9);
        Assert.Equal(2UL, Contained(s_one));
    }

    [Fact]
    public void A_transfer_over_a_gap_is_counted_and_the_peer_begins_anew()
    {
        _peers.Open(1);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 3, 4).Record(ScriptedPeers.Map, [1], [1]).End());
        Assert.Equal(1, _peers.Core.Counters.Gaps);
        Assert.Equal(StatusFlags.Restart, _peers.Statuses(1).Single().Flags);
    }

    [Fact]
    public void Below_a_peers_floor_a_delta_makes_the_peer_begin_anew_and_the_full_state_is_asked_for()
    {
        _peers.Open(1);
        _peers.SayData(1, new TransferBytes((s_one, 5)).Begin(s_one, 5, 6).Record(ScriptedPeers.Map, [1], [1]).End());
        Assert.Contains(_peers.Statuses(1), s => (s.Flags & StatusFlags.Restart) != 0);
        Assert.Single(_peers.Frames(1, MessageType.Pull));
        Assert.Equal(PullKind.FullState, _peers.Core.Pulling);
        Assert.Equal(1, _peers.Core.Counters.FullStatesRequested);
    }

    [Fact]
    public void Who_claims_changes_of_this_replica_that_were_never_made_loses_the_link()
    {
        _peers.Open(1);
        _peers.SayData(1, new TransferBytes().Begin(_peers.Core.Self, 50, 51)
            .Record(ScriptedPeers.Map, [1], [1]).End());
        Assert.False(_peers.Core.IsOpen(1));
        Assert.Contains(_peers.Outputs, o => o.Kind == CoreOutputKind.Close && o.Id == 1);
    }

    [Fact]
    public void A_transfer_in_parts_is_applied_with_the_last_and_what_is_left_of_one_before_goes()
    {
        _peers.Open(1);
        var body = One(1).Body;
        Part(1, 1, DataFlags.First | DataFlags.Fresh, body.AsSpan(0, 10));
        Part(1, 2, DataFlags.First | DataFlags.Fresh, body.AsSpan(0, 20));
        Assert.Equal(0UL, Contained(s_one));
        Part(1, 3, DataFlags.Last, body.AsSpan(20));
        Assert.Equal(1UL, Contained(s_one));
        _peers.Forget();
        Part(1, 4, DataFlags.None, body);
        Assert.Equal(StatusFlags.Restart, _peers.Statuses(1).Single().Flags);
    }

    [Fact]
    public void What_came_by_one_link_is_reported_on_another_within_half_the_time_to_relay()
    {
        _peers.Open(1);
        _peers.Open(2);
        _peers.Say(1, f => MessageWriter.WriteLinks(f, [s_two]));
        _peers.Say(2, f => MessageWriter.WriteLinks(f, [s_one]));
        _peers.SayData(1, One(1));
        _peers.Run(TimeSpan.FromMilliseconds(30));
        _peers.Forget();
        _peers.SayData(1, Numbered(1), DataFlags.First | DataFlags.Last);
        _peers.SayData(1, Numbered(2), DataFlags.First | DataFlags.Last);
        _peers.Run(TimeSpan.FromMilliseconds(30));
        var reports = Acknowledged(2);
        Assert.Contains(reports, r => r.Changed.Contains((s_one, 3UL)));
        Assert.Equal(2, Acknowledged(1).Count);
    }

    [Fact]
    public void A_status_replaces_what_the_peer_said_before_and_its_parts_add_up()
    {
        _peers.Open(1);
        _peers.SayStatus(1, StatusFlags.None, (s_two, 7));
        Assert.Equal(7UL, Known(1, s_two));
        _peers.SayStatus(1, StatusFlags.More, (s_two, 3));
        Assert.Equal(7UL, Known(1, s_two));
        _peers.SayStatus(1, StatusFlags.Continued, (s_one, 2));
        Assert.Equal((7UL, 2UL), (Known(1, s_two), Known(1, s_one)));
        _peers.SayStatus(1, StatusFlags.None, (s_one, 1));
        Assert.Equal((0UL, 1UL), (Known(1, s_two), Known(1, s_one)));
    }

    [Fact]
    public void A_replica_waits_for_a_status_in_parts_until_its_end()
    {
        _peers.Open(1, saysStatus: false);
        _peers.SayStatus(1, StatusFlags.More);
        Assert.Empty(_peers.Frames(1, MessageType.Data));
        _peers.SayStatus(1, StatusFlags.Continued);
        Assert.NotEmpty(_peers.Frames(1, MessageType.Data));
    }

    [Fact]
    public void What_a_peer_passes_on_of_a_member_counts_for_that_member_but_not_what_this_replica_never_made()
    {
        Introduce();
        Row(1, (_peers.Core.Self, 1), (s_one, 5));
        Assert.Equal((1UL, 5UL), (RowOf(s_two, _peers.Core.Self), RowOf(s_two, s_one)));
        Row(1, (_peers.Core.Self, 99), (s_one, 6));
        Assert.Equal((1UL, 6UL), (RowOf(s_two, _peers.Core.Self), RowOf(s_two, s_one)));
        Assert.True(_peers.Core.IsOpen(1));
    }

    [Fact]
    public void A_member_of_which_a_peer_tells_is_present()
    {
        Introduce();
        _peers.Run(TimeSpan.FromSeconds(6));
        Assert.False(_peers.Core.IsPresent(s_two, _peers.Now));
        Row(1);
        Assert.True(_peers.Core.IsPresent(s_two, _peers.Now));
        Assert.True(_peers.Core.IsPresent(s_two, _peers.Now + TimeSpan.FromSeconds(4)));
        Assert.False(_peers.Core.IsPresent(s_two, _peers.Now + TimeSpan.FromSeconds(5)));
        Assert.False(_peers.Core.IsPresent(new ReplicaId(0xF00), _peers.Now));
    }

    [Theory]
    [InlineData(nameof(LinkVerdict.Stopping), null)]
    [InlineData(nameof(LinkVerdict.Duplicate), null)]
    [InlineData(nameof(LinkVerdict.Self), null)]
    [InlineData(nameof(LinkVerdict.Expired), null)]
    [InlineData(nameof(LinkVerdict.OtherCluster), "another cluster name")]
    [InlineData(nameof(LinkVerdict.VersionMismatch), "upgrade the older one")]
    [InlineData(nameof(LinkVerdict.Malformed), "could not read")]
    [InlineData(nameof(LinkVerdict.None), "closed the connection")]
    public void A_farewell_ends_the_link_and_its_reason_is_told_unless_it_is_ordinary(string reason, string? told)
    {
        _peers.Open(1);
        _peers.Say(1, f => MessageWriter.WriteBye(f, (ulong)Enum.Parse<LinkVerdict>(reason)));
        Assert.Empty(_peers.Core.Links);
        var close = _peers.Outputs.Single(o => o.Kind == CoreOutputKind.Close);
        Assert.Equal((1, LinkVerdict.ByPeer), (close.Id, close.Verdict));
        if (told is null) Assert.Null(close.Detail);
        else Assert.Contains(told, close.Detail!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_farewell_of_a_later_version_ends_the_link_too()
    {
        _peers.Open(1);
        _peers.Say(1, static f => MessageWriter.WriteBye(f, 100_000));
        Assert.Contains("closed the connection", _peers.Outputs.Single(o => o.Kind == CoreOutputKind.Close).Detail!,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_acknowledgement_of_what_was_never_sent_ends_the_link()
    {
        _peers.Open(1);
        _peers.Say(1, f => MessageWriter.WriteAcknowledge(f, 99, new VersionVector(), _peers.Store.Origins,
            OriginRange.All));
        Assert.False(_peers.Core.IsOpen(1));
    }

    private static TransferBytes One(ulong to) =>
        new TransferBytes().Begin(s_one, 0, to).Record(ScriptedPeers.Map, [1], [(byte)to], at: to).End();

    /// <summary>The next change, where origin and object have numbers already.</summary>
    private static TransferBytes Numbered(ulong from)
    {
        var transfer = new TransferBytes();
        transfer.Number(s_one, ScriptedPeers.Map);
        return transfer.Begin(s_one, from, from + 1).Record(ScriptedPeers.Map, [1], [1]).End();
    }

    /// <summary>A link with the first peer, and a second one that is a member without a link.</summary>
    private void Introduce()
    {
        _peers.Open(1);
        _peers.SayData(1, new TransferBytes().Begin(s_two, 0, 1)
            .Record(new("$members", PeerReplica.Crdts.ObjectKind.Members, "replica"),
                PeerReplica.Simulation.ForgedTransfer.KeyOf(s_two), MembersObject.Encode("n2", "10.0.1.2:1", []))
            .End());
        Assert.Contains(_peers.Core.Members, m => m.Id == s_two);
    }

    private void Row(long link, params (ReplicaId Origin, ulong Sequence)[] vector) => _peers.Say(link, f =>
    {
        var row = new VersionVector();
        foreach (var (id, sequence) in vector) row[_peers.Store.Origins.IndexOf(id)] = sequence;
        MessageWriter.WriteRow(f, s_two, row, _peers.Store.Origins, OriginRange.All);
    });

    private ulong RowOf(ReplicaId member, ReplicaId origin) =>
        _peers.Core.Members.Single(m => m.Id == member).Row[_peers.Store.Origins.IndexOf(origin)];

    private ulong Known(long link, ReplicaId origin) =>
        _peers.Core.Links.Single(l => l.Id == link).Known[_peers.Store.Origins.IndexOf(origin)];

    private ulong Contained(ReplicaId id) =>
        _peers.Store.Origins.TryGetIndex(id, out var origin) ? _peers.Store.Vector[origin] : 0;

    private void Part(long link, ulong number, DataFlags flags, ReadOnlySpan<byte> part)
    {
        var bytes = part.ToArray();
        _peers.Say(link, f => MessageWriter.WriteData(f, new DataHeader(number, flags), bytes));
    }

    private List<(ulong Number, (ReplicaId Origin, ulong Sequence)[] Changed)> Acknowledged(long link)
    {
        var acknowledged = new List<(ulong, (ReplicaId, ulong)[])>();
        foreach (var frame in _peers.Frames(link, MessageType.Acknowledge))
        {
            var reader = new SpanReader(frame);
            Assert.True(MessageReader.TryReadType(ref reader, out _));
            Assert.True(MessageReader.TryReadAcknowledge(ref reader, out var number, out var changed));
            acknowledged.Add((number, changed));
        }

        return acknowledged;
    }
}
