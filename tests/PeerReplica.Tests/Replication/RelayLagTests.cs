using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class RelayLagTests
{
    private readonly RelayLag _lag = new();

    [Fact]
    public void Peer_stands_still_from_its_last_progress_with_each_origin()
    {
        Assert.Equal(new Instant(10), _lag.Observe(1, known: 5, new Instant(10)));
        Assert.Equal(new Instant(10), _lag.Observe(1, known: 5, new Instant(20)));
        Assert.Equal(new Instant(25), _lag.Observe(2, known: 5, new Instant(25)));
        Assert.Equal(new Instant(30), _lag.Observe(1, known: 6, new Instant(30)));
        Assert.Equal(new Instant(30), _lag.Observe(1, known: 6, new Instant(40)));
        Assert.Equal(new Instant(25), _lag.Observe(2, known: 5, new Instant(50)));
    }

    [Fact]
    public void First_look_begins_at_once_also_where_nothing_is_known() =>
        Assert.Equal(new Instant(10), _lag.Observe(1, known: 0, new Instant(10)));

    [Fact]
    public void Peer_that_caught_up_lags_anew_from_the_next_look()
    {
        foreach (var origin in (int[])[1, 2]) _lag.Observe(origin, known: 5, new Instant(10));
        _lag.DropCaughtUp(Vector(7, 8), Vector(7, 7));
        Assert.Equal(new Instant(20), _lag.Observe(1, known: 5, new Instant(20)));
        Assert.Equal(new Instant(10), _lag.Observe(2, known: 5, new Instant(20)));
        _lag.DropCaughtUp(Vector(7, 8), Vector(8, 9));
        Assert.Equal(new Instant(30), _lag.Observe(1, known: 5, new Instant(30)));
        Assert.Equal(new Instant(30), _lag.Observe(2, known: 5, new Instant(30)));
    }

    private static VersionVector Vector(ulong one, ulong two)
    {
        var vector = new VersionVector();
        vector[1] = one;
        vector[2] = two;
        return vector;
    }
}
