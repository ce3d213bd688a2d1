namespace PeerReplica.Tests.Api;

/// <summary>Objects as a tool sees them that does not know their types.</summary>
public sealed class InspectionTests
{
    [Fact]
    public async Task Every_registered_object_is_listed_by_name_with_its_kind_and_type()
    {
        await using var host = await Hosts.StartAsync(Lifecycle.PublicCalls.Register);
        var objects = host.Replica.Objects;
        Assert.Equal(objects.Select(o => o.Name).Order(StringComparer.Ordinal), objects.Select(o => o.Name));
        Assert.Equal(Enum.GetValues<ReplicatedObjectKind>(), objects.Select(o => o.Kind).Order());
        Assert.Equal(new("map", ReplicatedObjectKind.Map, "IReplicatedMap<string, int>"), objects.Single(o => o.Name == "map"));
    }

    [Fact]
    public async Task Entries_of_every_kind_are_read_without_knowing_their_types()
    {
        await using var host = await Hosts.StartAsync(Lifecycle.PublicCalls.Register);
        var replica = host.Replica;
        replica.GetCounter("counter").Add(7);
        replica.GetRegister<int>("register").Set(3);
        replica.GetMultiValueRegister<int>("multi").Set(4);
        replica.GetMap<string, int>("map").Set("k", 5);
        replica.GetSet<int>("set").Add(6);
        replica.GetFlag("flag").Enable();
        replica.GetPresence<int>("presence").Set(8);
        Assert.Equal([new(null, 7L)], replica.InspectObject("counter"));
        Assert.Equal([new(null, 3)], replica.InspectObject("register"));
        Assert.Equal([new(null, 4)], replica.InspectObject("multi"));
        Assert.Equal([new("k", 5)], replica.InspectObject("map"));
        Assert.Equal([new(6, null)], replica.InspectObject("set"));
        Assert.Equal([new(null, true)], replica.InspectObject("flag"));
        Assert.Equal([new(replica.Self.Id, 8)], replica.InspectObject("presence"));
        Assert.Equal(["a", "b"], replica.InspectObject("pool").Select(e => (string)e.Key!).Order());
        Assert.Equal(replica.GetBoundedCounter("bounded").Value, Assert.Single(replica.InspectObject("bounded")).Value);
        replica.GetRegister<int>("register").Clear();
        Assert.Empty(replica.InspectObject("register"));
    }

    [Fact]
    public void Measured_are_values_with_their_encoded_bytes_and_keys_that_are_left_of_removed_ones()
    {
        using var cluster = Simulated.Cluster(2, o => o.AddMap<string, byte[]>("map").AddSet<string>("set"));
        var map = cluster.On(0).GetMap<string, byte[]>("map");
        map.Set("one", new byte[100]);
        map.Set("other", new byte[200]);
        cluster.On(0).GetSet<string>("set").Add("item");
        cluster.RunUntilConverged();
        foreach (var replica in cluster.Replicas.Select(r => r.Replica))
        {
            var size = replica.MeasureObject("map");
            Assert.Equal((2, 0), (size.Entries, size.Tombstones));
            Assert.InRange(size.Bytes, 308, 330);
        }

        // The other replica is cut off, so that what was removed stays.
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        map.Remove("one");
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var left = cluster.On(0).MeasureObject("map");
        Assert.Equal((1, 1), (left.Entries, left.Tombstones));
        Assert.InRange(left.Bytes, 205, 215);
        Assert.Equal(1, cluster.On(1).MeasureObject("set").Entries);
    }

    [Fact]
    public void Expired_entries_do_not_count_and_reading_postpones_nothing()
    {
        var window = TimeSpan.FromSeconds(20);
        using var cluster = Simulated.Cluster(1, o => o.AddMap<string, int>("map"));
        cluster.On(0).GetMap<string, int>("map").Set("k", 1, new EntryExpiration { Sliding = window });
        for (var second = 0; second < 20; second++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.InRange(cluster.On(0).InspectObject("map").Count(), 0, 1);
        }

        cluster.RunFor(window / 5);
        Assert.Empty(cluster.On(0).InspectObject("map"));
        Assert.Equal(0, cluster.On(0).MeasureObject("map").Entries);
    }

    [Fact]
    public async Task An_unknown_name_is_refused()
    {
        await using var host = await Hosts.StartAsync(o => o.AddCounter("visits"));
        Assert.Contains("visits", Assert.Throws<UnknownObjectException>(() => host.Replica.InspectObject("visit")).Message, StringComparison.Ordinal);
        Assert.Throws<UnknownObjectException>(() => host.Replica.MeasureObject("visit"));
    }
}
