using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Which links a core opens, which of two it keeps, and what it sends when one opens, closes or has room.</summary>
public sealed class CoreLinkTests
{
    private static readonly ReplicaId s_one = ScriptedPeers.IdOf(1);
    private static readonly ReplicaId s_two = ScriptedPeers.IdOf(2);
    private readonly ScriptedPeers _peers = new();

    private ReplicaCore Core => _peers.Core;

    [Theory]
    [InlineData("c", 1, 2, nameof(LinkVerdict.None))]
    [InlineData("other", 1, 2, nameof(LinkVerdict.OtherCluster))]
    [InlineData("c", ProtocolVersions.Greatest, 99, nameof(LinkVerdict.None))]
    [InlineData("c", ProtocolVersions.Greatest + 1, 99, nameof(LinkVerdict.VersionMismatch))]
    [InlineData("c", 0, ProtocolVersions.Least, nameof(LinkVerdict.None))]
    [InlineData("c", 0, ProtocolVersions.Least - 1, nameof(LinkVerdict.VersionMismatch))]
    public void A_link_opens_within_one_cluster_and_with_a_version_in_common(string cluster, int min, int max,
        string verdict)
    {
        Connect(1);
        Hello(1, s_one, cluster, min, max);
        Expect(1, Enum.Parse<LinkVerdict>(verdict));
    }

    [Fact]
    public void A_replica_does_not_link_with_itself()
    {
        Connect(1);
        Hello(1, Core.Self);
        Expect(1, LinkVerdict.Self);
    }

    [Fact]
    public void A_peer_that_proves_a_secret_without_encryption_is_refused()
    {
        Connect(1);
        Hello(1, s_one, hasSecret: true);
        Expect(1, LinkVerdict.NotAuthenticated);
    }

    [Fact]
    public void Each_side_says_hello_at_once_and_what_it_contains_once_the_link_is_open()
    {
        Connect(1);
        Assert.Equal([MessageType.Hello], _peers.Sent.Select(s => s.Type));
        var hello = ControlReader.ReadHello(_peers.Sent[0].Frame)!;
        Assert.Equal(("c", Core.Self, "here"), (hello.Cluster, hello.Id, hello.NodeName));
        _peers.Forget();
        Hello(1, s_one);
        Assert.Equal([MessageType.Status, MessageType.Links, MessageType.Heartbeat], _peers.Sent.Select(s => s.Type));
        Assert.Equal(StatusFlags.None, _peers.Statuses(1).Single().Flags);
        Assert.Contains(_peers.Outputs, o => o.Kind == CoreOutputKind.PeerChanged && o.Detail == s_one.ToString());
        Assert.Equal([s_one], LinksTold(1).Single());
        _peers.Forget();
        Hello(1, s_two);
        Assert.Empty(_peers.Sent);
        Assert.Equal(s_one, Core.Links.Single().Peer!.Id);
    }

    [Fact]
    public void Peers_hear_whom_else_this_replica_is_linked_with_when_that_changes()
    {
        _peers.Open(1);
        _peers.Forget();
        Connect(2);
        Hello(2, s_two);
        Assert.Equal([s_one, s_two], LinksTold(1).Single());
        _peers.Forget();
        Core.LinkClosed(2, _peers.Now);
        _peers.Step();
        Assert.Equal([s_one], LinksTold(1).Single());
        Assert.Contains(_peers.Outputs, o => o.Kind == CoreOutputKind.PeerChanged && o.Detail == s_two.ToString());
        Assert.Single(Core.Links);
    }

    [Fact]
    public void Of_two_links_that_the_peer_dialed_the_newer_stays()
    {
        Connect(1);
        Hello(1, s_one);
        Connect(2);
        Hello(2, s_one);
        Expect(1, LinkVerdict.Duplicate);
        Assert.True(Core.IsOpen(2));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(200, true)]
    public void Of_a_link_dialed_here_and_one_dialed_there_that_of_the_smaller_id_stays(int peer, bool staysDialed)
    {
        foreach (var isDialedFirst in (bool[])[true, false])
        {
            var peers = new ScriptedPeers();
            for (var link = 1; link <= 2; link++)
            {
                peers.Core.LinkOpened(link, link == 1 == isDialedFirst ? 99 : null, "10.0.1.1:5", new byte[16],
                    peers.Now);
                Hello(peers, link, new ReplicaId((UInt128)peer));
            }

            Assert.Equal(staysDialed, peers.Core.Links.Single(l => l.IsOpen).IsDialed);
            Assert.Equal(LinkVerdict.Duplicate, peers.Outputs.Single(o => o.Kind == CoreOutputKind.Close).Verdict);
        }
    }

    [Theory]
    [InlineData(2_000, false)]
    [InlineData(2_001, true)]
    public void A_link_that_was_quiet_for_more_than_two_heartbeats_yields_to_any(int milliseconds, bool yields)
    {
        _peers.Core.LinkOpened(1, null, "10.0.1.1:5", new byte[16], _peers.Now);
        Hello(1, s_one);
        _peers.Now += TimeSpan.FromMilliseconds(milliseconds);
        _peers.Core.LinkOpened(2, 99, "10.0.1.1:5", new byte[16], _peers.Now);
        Hello(2, s_one);
        Assert.Equal(yields, Core.IsOpen(2));
        Assert.Equal(!yields, Core.IsOpen(1));
    }

    [Theory]
    [InlineData(nameof(MessageType.Links))]
    [InlineData(nameof(MessageType.Status))]
    [InlineData(nameof(MessageType.Acknowledge))]
    public void What_the_transport_refused_is_said_once_there_is_room(string name)
    {
        var type = Enum.Parse<MessageType>(name);
        _peers.Open(1);
        _peers.SayData(1, new TransferBytes().Begin(s_one, 0, 1).Record(ScriptedPeers.Map, [1], [1]).End());
        _peers.Forget();
        Core.FrameRefused(1, type, _peers.Now);
        _peers.Step();
        Assert.Empty(_peers.Sent);
        Core.RoomChanged(1, hasRoom: true, _peers.Now);
        _peers.Step();
        Assert.Equal(type, _peers.Sent.Single().Type);
        _peers.Forget();
        _peers.Step();
        Assert.Empty(_peers.Sent);
    }

    [Fact]
    public void A_pull_that_the_transport_refused_is_asked_again()
    {
        _peers.Open(1);
        _peers.SayStatus(1, StatusFlags.None, (s_two, 5));
        Assert.NotNull(Core.Pulling);
        Core.FrameRefused(1, MessageType.Pull, _peers.Now);
        Assert.Null(Core.Pulling);
        _peers.Forget();
        Core.RoomChanged(1, hasRoom: true, _peers.Now);
        _peers.Step();
        Assert.Single(_peers.Frames(1, MessageType.Pull));
    }

    [Fact]
    public void A_refused_frame_of_a_link_that_is_gone_changes_nothing()
    {
        Core.FrameRefused(77, MessageType.Links, _peers.Now);
        Core.RoomChanged(77, hasRoom: false, _peers.Now);
        Core.LinkClosed(77, _peers.Now);
        Core.LinkExpires(77, TimeSpan.Zero, _peers.Now);
        Core.FrameReceived(77, [0xC1], _peers.Now);
        _peers.Step();
        Assert.DoesNotContain(_peers.Outputs, o => o.Kind == CoreOutputKind.Close);
    }

    [Fact]
    public void A_replica_that_stops_says_so_on_every_link()
    {
        _peers.Open(1);
        _peers.Open(2);
        Core.Stop(_peers.Now);
        _peers.Step();
        Assert.All([1L, 2L], link =>
        {
            Assert.True(ControlReader.TryReadNumber(_peers.Frames(link, MessageType.Bye).Single(), out var reason));
            Assert.Equal(LinkVerdict.Stopping, (LinkVerdict)reason);
        });
        Assert.Empty(Core.Links);
    }

    private static void Hello(
        ScriptedPeers peers, long link, ReplicaId id, string cluster = "c", int min = 1, int max = 2,
            bool hasSecret = false) =>
        peers.Say(link, f => MessageWriter.Write(f,
            new Hello(min, max, cluster, id, "n", "10.0.1.1:1", new byte[16], hasSecret)));

    private void Hello(long link, ReplicaId id, string cluster = "c", int min = 1, int max = 2,
        bool hasSecret = false) =>
        Hello(_peers, link, id, cluster, min, max, hasSecret);

    private void Connect(long link)
    {
        Core.LinkOpened(link, null, $"10.0.1.{link}:5", new byte[16], _peers.Now);
        _peers.Step();
    }

    private void Expect(long link, LinkVerdict verdict)
    {
        Assert.Equal(verdict == LinkVerdict.None, Core.IsOpen(link));
        if (verdict == LinkVerdict.None) return;
        Assert.Equal(verdict, _peers.Outputs.Single(o => o.Kind == CoreOutputKind.Close && o.Id == link).Verdict);
        Assert.True(ControlReader.TryReadNumber(_peers.Frames(link, MessageType.Bye).Single(), out var reason));
        Assert.Equal((ulong)verdict, reason);
        Assert.DoesNotContain(Core.Links, l => l.Id == link);
    }

    private List<ReplicaId[]> LinksTold(long link) =>
        [.. _peers.Frames(link, MessageType.Links).Select(f => ControlReader.ReadLinks(f)!)];
}
