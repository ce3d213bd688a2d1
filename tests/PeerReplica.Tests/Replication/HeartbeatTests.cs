using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>When a core with several links sends heartbeats, and what comes of the echoes in them.</summary>
public sealed class HeartbeatTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly ReplicaCore _core;
    private readonly Dictionary<long, List<Instant>> _beats = [];
    private readonly List<Heartbeat> _sent = [];
    private Instant _now = new(TimeSpan.TicksPerDay);

    public HeartbeatTests()
    {
        var options = new CoreOptions
        {
            ClusterName = "c",
            NodeName = "here",
            Address = "10.0.0.1:1",
            HeartbeatInterval = s_interval,
            PeerTimeout = TimeSpan.FromDays(1),
            SeedTimeout = TimeSpan.FromMilliseconds(1),
        };
        _core = new ReplicaCore(options, new ReplicaId(1), seed: 1);
        _core.Start(_now);
        Step();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(100, 400)]
    [InlineData(499, 998)]
    [InlineData(500, 1000)]
    [InlineData(501, 750)]
    [InlineData(999, 1500)]
    [InlineData(600, 7800)]
    public void Links_that_opened_at_different_times_come_to_share_one_wake_up_in_an_interval(int second, int third)
    {
        Open(1);
        Run(TimeSpan.FromMilliseconds(second));
        Open(2);
        Run(TimeSpan.FromMilliseconds(third - second));
        Open(3);

        // In one interval each link is due, and takes along those that are out of step.
        Run(s_interval * 2);
        var before = _beats.ToDictionary(b => b.Key, b => b.Value.Count);
        Assert.Equal(10, Run(s_interval * 10));
        Assert.All(_beats, b => Assert.Equal(10, b.Value.Count - before[b.Key]));
        Assert.Equal(_beats[1][^10..], _beats[2][^10..]);
        Assert.Equal(_beats[1][^10..], _beats[3][^10..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_heartbeat_is_later_than_its_interval_nor_earlier_than_half_of_it(int seed)
    {
        var random = new Random(seed);
        for (var link = 1; link <= 12; link++)
        {
            Open(link);
            Run(TimeSpan.FromMilliseconds(random.Next(0, 1700)));
        }

        Run(s_interval * 3);
        foreach (var (link, beats) in _beats)
        {
            Assert.True(beats.Count >= 3, $"link {link} has sent {beats.Count}");
            Assert.All(beats.Zip(beats.Skip(1), (a, b) => b - a), gap => Assert.InRange(gap, s_interval / 2, s_interval));
            Assert.True(_now - beats[^1] < s_interval);
        }
    }

    [Fact]
    public void A_link_without_room_does_not_hold_up_the_heartbeats_of_others()
    {
        Open(1);
        Run(s_interval / 4);
        Open(2);
        Run(s_interval * 2);
        _core.RoomChanged(1, false, _now);
        var (full, other) = (_beats[1].Count, _beats[2].Count);
        Assert.Equal(5, Run(s_interval * 5));
        Assert.Equal((full, other + 5), (_beats[1].Count, _beats[2].Count));
    }

    [Fact]
    public void A_ping_goes_out_as_the_link_opens_and_its_echo_gives_the_round_trip()
    {
        var opened = _now;
        Open(1);
        var ping = Assert.Single(_sent).Ping;
        Assert.Equal([opened], _beats[1]);
        Run(TimeSpan.FromMilliseconds(800));
        Receive(1, new PingEcho(ping, 799_250));
        Assert.Equal(TimeSpan.FromMicroseconds(750), RoundTrip);
    }

    [Fact]
    public void A_ping_is_echoed_with_the_time_that_it_was_held_in_the_next_heartbeat_and_no_other()
    {
        Open(1);
        Run(TimeSpan.FromMilliseconds(300));
        Receive(1, default, ping: 77);
        Run(s_interval * 2);
        Assert.Equal([default, new PingEcho(77, 700_000), default], _sent.Select(h => h.Echo));
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(0UL, ulong.MaxValue)]
    [InlineData(2UL, 0UL)]
    [InlineData(ulong.MaxValue, 5UL)]
    [InlineData(1UL, 500_001UL)]
    [InlineData(1UL, ulong.MaxValue)]
    public void Hostile_echoes_measure_nothing_and_harm_nobody(ulong ping, ulong held)
    {
        Open(1);
        Run(TimeSpan.FromMilliseconds(500));
        Receive(1, new PingEcho(ping, held), ping: ulong.MaxValue);
        Assert.Null(RoundTrip);
        Assert.True(_core.IsOpen(1));
        Assert.Equal(1, Run(s_interval));
        Assert.Equal(new PingEcho(ulong.MaxValue, 500_000), _sent[^1].Echo);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public void Contents_are_compared_with_peers_that_hash_them_alike(int version, int mismatches)
    {
        Open(1, version);
        Receive(1, o => MessageWriter.Write(
            o, new Heartbeat(0, ContentHash.OfVector(_core.Store.Vector, _core.Store.Origins), _core.Store.Hash + 1, 1, default)));
        Assert.Equal(mismatches, _core.Counters.Mismatches);
    }

    private TimeSpan? RoundTrip => _core.Links.Single(l => l.Id == 1).RoundTrips.Latest;

    private void Open(long link, int greatestVersion = 1)
    {
        _core.LinkOpened(link, null, "there", new byte[16], _now);
        Receive(link, o => MessageWriter.Write(o, new Hello(1, greatestVersion, "c", new ReplicaId((UInt128)link + 1), $"peer {link}", $"10.0.1.{link}:1", new byte[16], false)));
        Receive(link, o => MessageWriter.WriteStatus(o, new VersionVector(), new VersionVector(), _core.Store.Origins, OriginRange.All, StatusFlags.None));
        Assert.True(_core.IsOpen(link));

        // Data that the peer acknowledges, so that nothing but heartbeats is left to do.
        Receive(link, o => MessageWriter.WriteAcknowledge(o, 1, _core.Store.Vector, _core.Store.Origins, OriginRange.All));
    }

    private void Receive(long link, PingEcho echo, ulong ping = 1) => Receive(link, o => MessageWriter.Write(
        o, new Heartbeat(0, ContentHash.OfVector(_core.Store.Vector, _core.Store.Origins), _core.Store.Hash, ping, echo)));

    private void Receive(long link, Action<FrameBuffer> write)
    {
        var frame = new FrameBuffer();
        write(frame);
        _core.FrameReceived(link, frame.Written, _now);
        Step();
    }

    /// <summary>Lets time pass, and wakes the core whenever it asked for it. Returns how often that was.</summary>
    private int Run(TimeSpan time)
    {
        var end = _now + time;
        var wakes = 0;
        for (; _core.Deadline <= end; wakes++)
        {
            _now = _core.Deadline;
            Step();
        }

        _now = end;
        return wakes;
    }

    private void Step()
    {
        _core.Pump(_now);
        foreach (var output in _core.Outputs.Items)
        {
            if (output is not { Kind: CoreOutputKind.Send, Type: MessageType.Heartbeat }) continue;
            if (!_beats.TryGetValue(output.Id, out var beats)) _beats.Add(output.Id, beats = []);
            beats.Add(_now);
            var reader = new SpanReader(_core.Outputs.FrameOf(output));
            Assert.True(MessageReader.TryReadType(ref reader, out _));
            Assert.True(MessageReader.TryReadHeartbeat(ref reader, out var heartbeat));
            _sent.Add(heartbeat);
        }

        _core.Outputs.Clear();
    }
}
