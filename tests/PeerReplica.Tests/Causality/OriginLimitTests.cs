using PeerReplica.Causality;

namespace PeerReplica.Tests.Causality;

/// <summary>The limit on origins: how many ids and vectors from peers a table admits.</summary>
public sealed class OriginLimitTests
{
    private static readonly OriginTable s_almostFull = Table(OriginTable.MaxCount - 2);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(10, false)]
    public void New_ids_are_admitted_up_to_the_limit(int newIds, bool expected) => Check(NewIds(newIds), expected);

    [Fact]
    public void Known_ids_take_no_room()
    {
        var known = Enumerable.Range(0, 100).Select(i => s_almostFull[i]).ToArray();
        Check(known, true);
        Check([.. known, .. NewIds(2)], true);
        Check([.. NewIds(2), .. known], true);
        Check([.. known, .. NewIds(3)], false);
        Check([.. NewIds(3), .. known], false);
    }

    [Fact]
    public void Full_table_admits_only_known_ids()
    {
        var full = Table(OriginTable.MaxCount);
        Assert.True(full.Admits([full[OriginTable.Self], full[full.Count - 1]]));
        Assert.False(full.Admits([NewIds(1)[0]]));
    }

    private static void Check(ReplicaId[] ids, bool expected)
    {
        var before = s_almostFull.Count;
        Assert.Equal(expected, s_almostFull.Admits(ids));
        Assert.Equal(expected, s_almostFull.Admits(Array.ConvertAll(ids, id => (id, 1UL))));
        // Asking reserves nothing: neither ids nor room for later questions.
        Assert.Equal(before, s_almostFull.Count);
    }

    private static ReplicaId[] NewIds(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new ReplicaId((UInt128)(OriginTable.MaxCount * 10 + i)))];

    private static OriginTable Table(int count)
    {
        var table = new OriginTable(new ReplicaId(1));
        for (var i = 1; i < count; i++) table.IndexOf(new ReplicaId((UInt128)(i + 1)));
        return table;
    }
}
