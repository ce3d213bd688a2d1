using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Laws;

public sealed class ExpiryTests
{
    [Fact]
    public void Time_to_live_without_end_is_sent_as_one_that_peers_accept()
    {
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        var map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
        from.Write(map, 0, 1, new HybridTimestamp(5), StoreNode.Now + TimeSpan.MaxValue);
        Assert.Equal((DeltaVerdict.Applied, 1), to.Deliver(from.DeltaFor(to)));
        Assert.Equal(from.Digest, to.Digest);
    }
}
