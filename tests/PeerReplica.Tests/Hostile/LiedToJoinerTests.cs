using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Simulation;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// A replica that is joining is linked with an honest peer, which has shown one change of its own, and with another peer, which passes on
/// more of the honest one's changes.
/// </summary>
public sealed class LiedToJoinerTests
{
    private const long HonestLink = 1;
    private const long OtherLink = 2;
    private static readonly ReplicaId s_honest = new(0x7E57);
    private static readonly ReplicaId s_other = new(0xBAD);
    private static readonly byte[] s_value = [7];
    private readonly ReplicaCore _joiner;
    private Instant _now = new(TimeSpan.TicksPerDay);

    public LiedToJoinerTests()
    {
        _joiner = new ReplicaCore(
            new CoreOptions { ClusterName = "c", NodeName = "joiner", Address = "10.0.0.1:1", Seeds = ["10.0.0.9:1"] }, new ReplicaId(0x600D), seed: 1);
        _joiner.Start(_now);
        Connect(HonestLink, s_honest, "key:honest");
        Connect(OtherLink, s_other, "key:other");
        Receive(HonestLink, Status((s_honest, 1)));
        Receive(OtherLink, Status((s_honest, 5), (s_other, 1)));
        Assert.False(_joiner.IsSynced);
    }

    [Fact]
    public void While_it_joins_it_takes_changes_that_their_linked_origin_has_not_shown_and_is_synchronized_by_them()
    {
        // The honest peer wrote on after it said what it contains, and is slow: whoever waited for it would not get ready.
        PassOn(from: 0, to: 5);
        Assert.Equal(5UL, Contained(s_honest));
        Assert.True(_joiner.IsSynced);
    }

    [Fact]
    public void A_liar_makes_a_joiner_believe_what_an_origin_never_wrote_and_no_more_once_it_has_joined()
    {
        PassOn(from: 0, to: 5);
        Assert.Equal(5UL, Contained(s_honest));
        PassOn(from: 5, to: 6);
        Assert.Equal(5UL, Contained(s_honest));

        // Its link with the honest peer stays; what that shows is taken from then on.
        Assert.All(_joiner.Links, l => Assert.True(l.IsOpen));
        Receive(HonestLink, Status((s_honest, 6)));
        PassOn(from: 5, to: 6);
        Assert.Equal(6UL, Contained(s_honest));
    }

    private ulong Contained(ReplicaId id) => _joiner.Store.Origins.TryGetIndex(id, out var origin) ? _joiner.Store.Vector[origin] : 0;

    private void PassOn(ulong from, ulong to)
    {
        var number = _joiner.Links.Single(l => l.Id == OtherLink).LastDataNumber + 1;
        var transfer = new ForgedTransfer().Add(s_honest, from, to, ForgedTransfer.Map, [1], s_value);
        if (from == 0) transfer.Add(s_other, 0, 1, ForgedTransfer.Map, [2], s_value);
        Receive(OtherLink, transfer.Frame(number));
    }

    private void Connect(long link, ReplicaId id, string identity)
    {
        _joiner.LinkOpened(link, null, identity, new byte[16], _now, new LinkIdentity(identity, null, false));
        Receive(link, ForgedTransfer.Written(f => MessageWriter.Write(f, new Hello(1, 2, "c", id, identity, "10.0.0.8:1", new byte[16], false))));
    }

    private void Receive(long link, byte[] frame)
    {
        _now += TimeSpan.FromMilliseconds(1);
        _joiner.FrameReceived(link, frame, _now);
        _joiner.Pump(_now);
        Assert.DoesNotContain(_joiner.Outputs.Items, o => o.Kind == CoreOutputKind.Close);
        _joiner.Outputs.Clear();
    }

    private static byte[] Status(params (ReplicaId Origin, ulong Sequence)[] contained)
    {
        var (origins, vector) = (new OriginTable(s_other), new VersionVector());
        foreach (var (origin, sequence) in contained) vector[origins.IndexOf(origin)] = sequence;
        return ForgedTransfer.Written(f => MessageWriter.WriteStatus(f, vector, new VersionVector(), origins, OriginRange.All, StatusFlags.None));
    }
}
