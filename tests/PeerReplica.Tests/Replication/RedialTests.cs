using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>How often a core dials an address whose links do not last.</summary>
public sealed class RedialTests
{
    private static readonly TimeSpan s_peerTimeout = TimeSpan.FromSeconds(5);
    private readonly ReplicaCore _core;
    private readonly List<Instant> _dials = [];
    private Instant _now = new(TimeSpan.TicksPerDay);
    private long _links;

    public RedialTests()
    {
        var options = new CoreOptions { ClusterName = "c", NodeName = "here", Address = "10.0.0.1:1", Seeds = ["10.0.0.2:1"], PeerTimeout = s_peerTimeout };
        _core = new ReplicaCore(options, new ReplicaId(1), seed: 1);
        _core.Start(_now);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_peer_that_accepts_and_then_ends_the_link_is_dialed_at_longer_and_longer_intervals(bool saysHello, bool isOpened)
    {
        Run(TimeSpan.FromMinutes(2), lifetime: TimeSpan.Zero, saysHello, isOpened);

        // From 25 to 50 ms up to 2.5 to 5 s.
        Assert.InRange(_dials.Count, 24, 60);
        Assert.True(_dials[^1] - _dials[^2] >= TimeSpan.FromSeconds(2.5));
        Assert.True(_dials[1] - _dials[0] <= TimeSpan.FromMilliseconds(60));
    }

    [Fact]
    public void A_link_that_was_of_use_for_a_while_is_dialed_anew_at_once()
    {
        Run(TimeSpan.FromMinutes(1), lifetime: TimeSpan.Zero, saysHello: true, isOpened: true);
        _dials.Clear();
        Run(TimeSpan.FromSeconds(40), s_peerTimeout + TimeSpan.FromSeconds(1), saysHello: true, isOpened: true);

        // The first attempt still waits.
        Assert.InRange(_dials.Count, 6, 8);
        Assert.All(_dials.Skip(1).Zip(_dials.Skip(2), (a, b) => b - a), gap => Assert.InRange(gap, s_peerTimeout, s_peerTimeout + TimeSpan.FromSeconds(1.1)));
    }

    [Fact]
    public void Replicas_of_different_clusters_dial_each_other_at_longer_and_longer_intervals()
    {
        var number = 0;
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 2, Configure = o => o.ClusterName = $"cluster {number++}" }, b => b.AddCounter("sold"));
        cluster.RunFor(TimeSpan.FromMinutes(1));
        Assert.InRange(cluster.Network.Dials, 30, 80);
    }

    private void Run(TimeSpan duration, TimeSpan lifetime, bool saysHello, bool isOpened)
    {
        var end = _now + duration;
        var closings = new Queue<(Instant At, long Link)>();
        while (_now < end)
        {
            _core.Pump(_now);
            var outputs = _core.Outputs.Items.Where(o => o.Kind == CoreOutputKind.Dial).ToArray();
            _core.Outputs.Clear();
            foreach (var output in outputs)
            {
                _dials.Add(_now);
                _core.LinkOpened(++_links, output.Id, "10.0.0.2:1", new byte[16], _now);
                if (saysHello) Hello(isOpened);
                closings.Enqueue((_now + lifetime, _links));
            }

            _now += TimeSpan.FromMilliseconds(5);
            foreach (var link in closings) Heartbeat(link.Link);
            while (closings.TryPeek(out var next) && next.At <= _now) _core.LinkClosed(closings.Dequeue().Link, _now);
        }

        while (closings.TryDequeue(out var left)) _core.LinkClosed(left.Link, _now);
    }

    private void Hello(bool isOpened)
    {
        var frame = new FrameBuffer();
        MessageWriter.Write(frame, new Hello(1, 1, isOpened ? "c" : "another", new ReplicaId(2), "there", "10.0.0.2:1", new byte[16], false));
        _core.FrameReceived(_links, frame.Written, _now);
        if (!isOpened) return;
        frame.Reset();
        MessageWriter.WriteStatus(frame, new VersionVector(), new VersionVector(), _core.Store.Origins, OriginRange.All, StatusFlags.None);
        _core.FrameReceived(_links, frame.Written, _now);
    }

    private void Heartbeat(long link)
    {
        var frame = new FrameBuffer();
        MessageWriter.WriteLinks(frame, []);
        _core.FrameReceived(link, frame.Written, _now);
    }
}
