using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Laws;

public sealed class ExpiryTests
{
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);

    [Fact]
    public void Time_to_live_without_end_is_sent_as_one_that_peers_accept()
    {
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        from.Write(s_map, 0, 1, new HybridTimestamp(5), StoreNode.Now + TimeSpan.MaxValue);
        Assert.Equal((DeltaVerdict.Applied, 1), to.Deliver(from.DeltaFor(to)));
        Assert.Equal(from.Digest, to.Digest);
    }

    [Fact]
    public void A_sliding_expiration_arrives_with_its_window_and_its_limit()
    {
        foreach (var last in new[] { Instant.Never, StoreNode.Now + TimeSpan.FromHours(8) })
        {
            var (from, to) = (new StoreNode(0), new StoreNode(1));
            var sliding = new SlidingExpiration(TimeSpan.FromMinutes(20), last);
            from.Write(s_map, 0, 1, new HybridTimestamp(5), sliding.EndAfterUse(StoreNode.Now), sliding);
            Assert.Equal((DeltaVerdict.Applied, 1), to.Deliver(from.DeltaFor(to)));
            Assert.Equal(sliding, Assert.Single(to.Records()).Sliding);
            Assert.Equal(from.Digest, to.Digest);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(400 * 366)]
    public void A_sliding_expiration_without_a_window_in_range_is_malformed(int days)
    {
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        var sliding = new SlidingExpiration(TimeSpan.FromDays(days), Instant.Never);
        from.Write(s_map, 0, 1, new HybridTimestamp(5), StoreNode.Now + TimeSpan.FromDays(1), sliding);
        Assert.Equal((DeltaVerdict.Malformed, 0), to.Deliver(from.DeltaFor(to)));
        Assert.Empty(to.Records());
    }
}
