using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What the core makes of the identities that the transport has authenticated.</summary>
public sealed class IdentityTests
{
    private static readonly ReplicaId s_peer = new(0x9EE5);
    private readonly ReplicaCore _core;
    private readonly List<(CoreOutputKind Kind, long Id, LinkVerdict Verdict, string? Detail)> _outputs = [];
    private Instant _now = new(TimeSpan.TicksPerDay);

    public IdentityTests()
    {
        var options = new CoreOptions { ClusterName = "c", NodeName = "here", Address = "10.0.0.1:1", Seeds = ["10.0.0.2:1"], PeerTimeout = TimeSpan.FromMinutes(5), HeartbeatInterval = TimeSpan.FromMinutes(1) };
        _core = new ReplicaCore(options, new ReplicaId(1), seed: 1);
        _core.Start(_now);
        Pump();
    }

    [Fact]
    public void A_peer_must_claim_the_node_that_its_certificate_names()
    {
        Open(1, Node("web-1"), "web-2");
        Assert.Equal(LinkVerdict.OtherIdentity, Closed(1));
        Open(4, Node("web-1"), "WEB-1");
        Assert.Equal(LinkVerdict.OtherIdentity, Closed(4));
        Open(2, Node("web-1"), "web-1");
        Assert.True(_core.IsOpen(2));
        Open(3, new LinkIdentity("dns:web-3", "web-3", IgnoresCase: true), "WEB-3", new ReplicaId(3));
        Assert.True(_core.IsOpen(3));
    }

    [Fact]
    public void Two_identities_with_one_replica_id_do_not_take_turns()
    {
        Open(1, Key("first"), "a");
        for (var i = 2; i < 62; i++)
        {
            Open(i, Key("second"), "a");
            Assert.Equal(LinkVerdict.OtherIdentity, Closed(i));
            Assert.True(_core.IsOpen(1));
            _now += TimeSpan.FromSeconds(1);
        }
    }

    [Fact]
    public void The_same_identity_may_replace_its_link()
    {
        Open(1, Key("first"), "a");
        Open(2, Key("first"), "a");
        Assert.Equal(LinkVerdict.Duplicate, Closed(1));
        Assert.True(_core.IsOpen(2));
    }

    [Fact]
    public void A_dialed_link_is_renewed_before_it_ends_and_the_new_one_is_open_before_the_old_one_closes()
    {
        var dial = Assert.Single(_outputs, o => o.Kind == CoreOutputKind.Dial);
        Open(1, Key("first", renewAfter: 7, endAfter: 10), "a", dialId: dial.Id);
        _now += TimeSpan.FromSeconds(6);
        Pump();
        Assert.DoesNotContain(_outputs, o => o.Kind == CoreOutputKind.Dial && o.Id != dial.Id);
        _now += TimeSpan.FromSeconds(1);
        Pump();
        var renewal = Assert.Single(_outputs, o => o.Kind == CoreOutputKind.Dial && o.Id != dial.Id);
        Assert.Equal("10.0.0.2:1", renewal.Detail);
        _core.LinkOpened(2, renewal.Id, "10.0.0.2:1", new byte[16], _now, Key("first", 7, 10));
        Pump();
        Assert.True(_core.IsOpen(1));
        Hello(2, "a", s_peer);
        Assert.True(_core.IsOpen(2));
        Assert.Equal(LinkVerdict.Duplicate, Closed(1));
        _core.LinkClosed(1, _now);
        _now += TimeSpan.FromSeconds(7);
        Pump();
        Assert.Equal(3, _outputs.Count(o => o.Kind == CoreOutputKind.Dial));
    }

    [Fact]
    public void A_link_that_is_not_renewed_ends_and_a_renewal_that_fails_is_repeated()
    {
        var dial = Assert.Single(_outputs, o => o.Kind == CoreOutputKind.Dial);
        Open(1, Key("first", renewAfter: 5, endAfter: 10), "a", dialId: dial.Id);
        for (var second = 0; second < 9; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            Pump();
            foreach (var output in _outputs.Where(o => o.Kind == CoreOutputKind.Dial).ToArray()) _core.DialFailed(output.Id, _now);
        }

        Assert.InRange(_outputs.Count(o => o.Kind == CoreOutputKind.Dial), 4, 6);
        Assert.True(_core.IsOpen(1));
        _now += TimeSpan.FromSeconds(1);
        Pump();
        Assert.Equal(LinkVerdict.Expired, Closed(1));
    }

    [Fact]
    public void A_listener_keeps_a_replaced_link_until_the_dialer_closes_it_or_a_heartbeat_has_passed()
    {
        Open(1, Key("first", 100, 200), "a");
        Open(2, Key("first", 100, 200), "a");
        Assert.True(_core.IsOpen(2));
        Assert.False(_core.IsOpen(1));
        Assert.DoesNotContain(_outputs, o => o.Kind == CoreOutputKind.Close);
        _now += TimeSpan.FromMinutes(1);
        Pump();
        Assert.Equal(LinkVerdict.Duplicate, Closed(1));
        Assert.True(_core.IsOpen(2));
    }

    [Fact]
    public void What_is_not_trusted_any_more_is_replaced_at_once_and_ends_within_the_time_given()
    {
        var dial = Assert.Single(_outputs, o => o.Kind == CoreOutputKind.Dial);
        Open(1, Key("first", 1_000, 2_000), "a", dialId: dial.Id);
        _core.LinkExpires(1, TimeSpan.FromSeconds(30), _now);
        Pump();
        Assert.Equal(2, _outputs.Count(o => o.Kind == CoreOutputKind.Dial));
        _now += TimeSpan.FromSeconds(30);
        Pump();
        Assert.Equal(LinkVerdict.Expired, Closed(1));
    }

    private static LinkIdentity Node(string name) => new($"spiffe://c/peerreplica/{name}", name, IgnoresCase: false);

    private LinkIdentity Key(string name, int renewAfter = 0, int endAfter = 0) => new($"key:{name}", null, IgnoresCase: false)
    {
        RenewAt = renewAfter == 0 ? Instant.Never : _now + TimeSpan.FromSeconds(renewAfter),
        EndsAt = endAfter == 0 ? Instant.Never : _now + TimeSpan.FromSeconds(endAfter),
    };

    private LinkVerdict Closed(long link) => Assert.Single(_outputs, o => o.Kind == CoreOutputKind.Close && o.Id == link).Verdict;

    private void Open(long link, LinkIdentity identity, string nodeName, ReplicaId? id = null, long? dialId = null)
    {
        _core.LinkOpened(link, dialId, "10.0.0.2:1", new byte[16], _now, identity);
        Hello(link, nodeName, id ?? s_peer);
    }

    private void Hello(long link, string nodeName, ReplicaId id)
    {
        var frame = new FrameBuffer();
        MessageWriter.Write(frame, new Hello(1, 2, "c", id, nodeName, "10.0.0.2:1", new byte[16], false));
        _core.FrameReceived(link, frame.Written, _now);
        Pump();
    }

    private void Pump()
    {
        _core.Pump(_now);
        foreach (var o in _core.Outputs.Items) _outputs.Add((o.Kind, o.Id, o.Verdict, o.Detail));
        _core.Outputs.Clear();
    }
}
