namespace PeerReplica.Tests.Api;

/// <summary>A set compared with other collections: elements are equal when their encoded bytes are.</summary>
public sealed class SetComparisonTests
{
    [Fact]
    public void Set_is_compared_with_other_collections()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddSet<int>("s"));
        IReadOnlySet<int> set = Filled(cluster.On(0).GetSet<int>("s"), 1, 2, 3);
        Assert.True(set.SetEquals([3, 2, 1, 1]));
        Assert.False(set.SetEquals([1, 2]));
        Assert.True(set.IsSubsetOf([1, 2, 3]));
        Assert.False(set.IsProperSubsetOf([1, 2, 3]));
        Assert.True(set.IsProperSubsetOf([1, 2, 3, 4]));
        Assert.True(set.IsSupersetOf([1, 2, 3]));
        Assert.False(set.IsProperSupersetOf([1, 2, 3]));
        Assert.True(set.IsProperSupersetOf([1]));
        Assert.True(set.Overlaps([3, 9]));
        Assert.False(set.Overlaps([9]));
    }

    [Fact]
    public void Arrays_and_serialized_elements_are_compared_by_content()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddSet<byte[]>("bytes").AddSet<Stall>("stalls"));
        IReadOnlySet<byte[]> bytes = Filled(cluster.On(0).GetSet<byte[]>("bytes"), [1], [2]);
        IReadOnlySet<Stall> stalls = Filled(cluster.On(0).GetSet<Stall>("stalls"), new Stall { Row = "A" });
        Assert.True(bytes.SetEquals([[2], [1]]));
        Assert.True(stalls.SetEquals([new Stall { Row = "A" }]));
        Assert.False(stalls.Overlaps([new Stall { Row = "B" }]));
    }

    [Fact]
    public void Several_elements_are_added_and_removed()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<int>("s"));
        var set = cluster.On(0).GetSet<int>("s");
        set.UnionWith([1, 2, 3, 3]);
        set.ExceptWith([2, 9]);
        cluster.RunUntilConverged();
        Assert.Equal([1, 3], cluster.On(1).GetSet<int>("s").Order());
        set.ExceptWith(set);
        Assert.Empty(set);
    }

    private static IReplicatedSet<T> Filled<T>(IReplicatedSet<T> set, params T[] items)
        where T : notnull
    {
        set.UnionWith(items);
        return set;
    }

    /// <summary>Without an equality of its own.</summary>
    public sealed class Stall
    {
        /// <summary>Its row.</summary>
        public string Row { get; set; } = "";
    }
}
