using PeerReplica.Causality;

namespace PeerReplica.Tests.Causality;

public sealed class OriginTableTests
{
    [Fact]
    public void Table_agrees_with_a_list()
    {
        var self = new ReplicaId(1000);
        var table = new OriginTable(self);
        var model = new List<ReplicaId> { self };
        var random = new Random(3);
        for (var i = 0; i < 5000; i++)
        {
            var id = new ReplicaId((UInt128)random.Next(300));
            var known = model.IndexOf(id);
            Assert.Equal(known >= 0, table.TryGetIndex(id, out var found));
            if (known >= 0) Assert.Equal(known, found);
            if (random.Next(2) == 0) continue;
            if (known < 0) model.Add(id);
            Assert.Equal(model.IndexOf(id), table.IndexOf(id));
            Assert.Equal(model.Count, table.Count);
        }

        for (var i = 0; i < model.Count; i++) Assert.Equal(model[i], table[i]);
    }

    [Fact]
    public void This_replica_is_index_0()
    {
        var self = new ReplicaId(7);
        var table = new OriginTable(self);
        Assert.Equal(OriginTable.Self, table.IndexOf(self));
        Assert.Equal(self, table[OriginTable.Self]);
        Assert.Equal(1, table.Count);
    }
}
