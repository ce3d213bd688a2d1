using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.BadInput;

public sealed class LimitTests
{
    private const int Fits = 64 - 2;

    [Fact]
    public void A_key_over_its_limit_is_refused_and_nothing_is_published()
    {
        using var cluster = Limited();
        var map = cluster.On(0).GetMap<string, string>("map");
        map.Set("before", "1");
        Refused(cluster, "key", "map", () => map.Set(new string('k', Fits + 1), "2"));
        Assert.False(map.ContainsKey(new string('k', Fits + 1)));
        Assert.Equal([new("before", "1")], map);
        map.Set(new string('k', Fits), "3");
        cluster.RunUntilConverged();
        Assert.Equal(2, cluster.On(1).GetMap<string, string>("map").Count);
    }

    [Fact]
    public void A_value_over_its_limit_is_refused_and_the_earlier_one_stays()
    {
        using var cluster = Limited();
        var map = cluster.On(0).GetMap<string, string>("map");
        map.Set("a", "before");
        Refused(cluster, "value", "map", () => map.Set("a", new string('v', Fits + 1)));
        Refused(cluster, "value", "map", () => map.Set("new", new string('v', Fits + 1)));
        Assert.Equal([new("a", "before")], map);
        map.Set("a", new string('v', Fits));
        cluster.RunUntilConverged();
        Assert.True(cluster.On(1).GetMap<string, string>("map").TryGetValue("a", out var value));
        Assert.Equal(Fits, value.Length);
    }

    [Fact]
    public void An_element_over_its_limit_is_refused()
    {
        using var cluster = Limited();
        var set = cluster.On(0).GetSet<byte[]>("set");
        set.Add([1]);
        Refused(cluster, "key", "set", () => set.Add(new byte[Fits + 1]));
        Assert.Single(set);
        Assert.True(set.Add(new byte[Fits]));
        cluster.RunUntilConverged();
        Assert.Equal(2, cluster.On(1).GetSet<byte[]>("set").Count);
    }

    [Fact]
    public void A_registers_value_over_its_limit_is_refused()
    {
        using var cluster = Limited();
        cluster.On(0).GetRegister<string>("register").Set("before");
        cluster.On(0).GetMultiValueRegister<string>("multi").Set("before");
        cluster.On(0).GetPresence<string>("presence").Set("before");
        var large = new string('v', Fits + 1);
        Refused(cluster, "value", "register", () => cluster.On(0).GetRegister<string>("register").Set(large));
        Refused(cluster, "value", "multi", () => cluster.On(0).GetMultiValueRegister<string>("multi").Set(large));
        Refused(cluster, "value", "presence", () => cluster.On(0).GetPresence<string>("presence").Set(large));
        cluster.RunUntilConverged();
        Assert.Equal("before", cluster.On(1).GetRegister<string>("register").Value);
        Assert.Equal(["before"], cluster.On(1).GetMultiValueRegister<string>("multi").Values);
        Assert.Equal(["before"], cluster.On(1).GetPresence<string>("presence").Values.Values);
    }

    [Fact]
    public void A_serialized_key_or_value_over_its_limit_is_refused()
    {
        using var cluster = Limited();
        var map = cluster.On(0).GetMap<Seat, Seat>("seats");
        var large = new Seat(new string('r', 100), 1);
        Refused(cluster, "key", "seats", () => map.Set(large, new("A", 1)));
        Refused(cluster, "value", "seats", () => map.Set(new("A", 1), large));
        Assert.Empty(map);
    }

    [Fact]
    public void A_key_over_its_limit_is_simply_not_there()
    {
        using var cluster = Limited();
        Assert.False(cluster.On(0).GetMap<string, string>("map").ContainsKey(new string('k', 1000)));
        Assert.False(cluster.On(0).GetMap<string, string>("map").Remove(new string('k', 1000)));
        Assert.False(cluster.On(0).GetSet<byte[]>("set").Contains(new byte[1000]));
        Assert.False(cluster.On(0).GetMap<Seat, Seat>("seats").ContainsKey(new(new string('r', 1000), 1)));
        Assert.False(cluster.On(0).GetMap<Seat, Seat>("seats").Remove(new(new string('r', 1000), 1)));
    }

    [Fact]
    public void An_asynchronous_write_over_a_limit_is_refused_alike()
    {
        using var cluster = Limited();
        var map = cluster.On(0).GetMap<string, string>("map");
        cluster.Run(() => Assert.ThrowsAsync<ArgumentException>(async () => await map.SetAsync(new string('k', 100), "1", WriteConcern.All)));
        Assert.Empty(map);
    }

    [Fact]
    public void The_smallest_limits_hold_for_what_the_app_writes_and_not_for_what_replicas_say_to_each_other()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions
            {
                Replicas = 3,
                Configure = o => (o.MaxKeyBytes, o.MaxValueBytes, o.NodeName) = (16, 16, o.NodeName + new string('n', 100)),
            },
            b => b.AddMap<string, string>("map").AddCounter("counter").AddBoundedCounter("units", 100).AddPool("seats", [1, 2, 3]).AddPresence<int>("load")
                .AddMap<string, string>("sliding", o => o.SlidingExpiration = TimeSpan.FromSeconds(10)));
        cluster.RunUntilMeshed();
        cluster.On(0).GetMap<string, string>("map").Set("k1", "v");
        cluster.On(0).GetMap<string, string>("sliding").Set("k1", "v");
        cluster.On(1).GetCounter("counter").Add(long.MaxValue / 2);
        cluster.On(2).GetPresence<int>("load").Set(7);
        cluster.Run(() => cluster.On(0).FlushAsync(WriteConcern.All));
        cluster.Run(async () =>
        {
            Assert.True(await cluster.On(2).GetBoundedCounter("units").TakeAsync(90, TimeSpan.FromSeconds(20)));
            for (var seat = 1; seat <= 3; seat++) Assert.Equal(PoolOutcome.Done, await cluster.On(2).GetPool<int>("seats").TakeAsync(seat, TimeSpan.FromSeconds(20)));
            var hold = await cluster.On(1).GetBoundedCounter("units").HoldAsync(5, new() { TimeToLive = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(20) });
            Assert.Equal(HoldOutcome.Confirmed, await cluster.On(0).GetBoundedCounter("units").ConfirmAsync(hold!.Value, TimeSpan.FromSeconds(20)));
        });
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal(2, r.Replica.Peers.Count);
            Assert.Equal(7, Assert.Single(r.Replica.GetPresence<int>("load").Values).Value);
            Assert.Equal("v", Assert.Single(r.Replica.GetMap<string, string>("map")).Value);
            Assert.Equal("v", Assert.Single(r.Replica.GetMap<string, string>("sliding")).Value);
            Assert.Equal((95, 3), (r.Replica.GetBoundedCounter("units").GetAudit().Sold, r.Replica.GetPool<int>("seats").GetAudit().Sold));
        });
    }

    [Fact]
    public void Nulls_are_refused_and_nothing_is_lost()
    {
        using var cluster = Limited();
        var replica = cluster.On(0);
        var map = replica.GetMap<string, string>("map");
        map.Set("a", "1");
        replica.GetSet<byte[]>("set").Add([1]);
        replica.GetRegister<string>("register").Set("1");
        var before = Hash(cluster);
        var e = Assert.Throws<ArgumentNullException>(() => map.Set("a", null!));
        Assert.Contains("'map' holds no nulls; remove the entry instead", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => map.Set(null!, "1"));
        Assert.Throws<ArgumentNullException>(() => map.TryGetValue(null!, out _));
        Assert.Throws<ArgumentNullException>(() => map.ContainsKey(null!));
        Assert.Throws<ArgumentNullException>(() => map.Remove(null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetMap<Seat, Seat>("seats").Set(null!, new("A", 1)));
        Assert.Throws<ArgumentNullException>(() => replica.GetMap<Seat, Seat>("seats").Set(new("A", 1), null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetSet<byte[]>("set").Add(null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetSet<byte[]>("set").Contains(null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetSet<byte[]>("set").Remove(null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetRegister<string>("register").Set(null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetMultiValueRegister<string>("multi").Set(null!));
        Assert.Throws<ArgumentNullException>(() => replica.GetPresence<string>("presence").Set(null!));
        Assert.Equal(before, Hash(cluster));
        Assert.Equal([new("a", "1")], map);
    }

    [Fact]
    public void Text_that_is_no_unicode_is_refused_and_nothing_is_published()
    {
        using var cluster = Limited();
        var map = cluster.On(0).GetMap<string, string>("map");
        var before = Hash(cluster);
        Assert.Contains("surrogate", Assert.Throws<ArgumentException>(() => map.Set("a", "\uD83D")).Message, StringComparison.Ordinal);
        Assert.Contains("surrogate", Assert.Throws<ArgumentException>(() => map.Set("\uD83D", "a")).Message, StringComparison.Ordinal);
        Assert.Equal(before, Hash(cluster));
        Assert.Empty(map);
    }

    private static void Refused(SimulatedCluster cluster, string what, string name, Action write)
    {
        cluster.RunUntilConverged();
        var before = Hash(cluster);
        var e = Assert.Throws<ArgumentException>(write);
        Assert.Contains($"The {what} for '{name}'", e.Message, StringComparison.Ordinal);
        Assert.Contains("the limit is 64. Store less, or raise the limit on every replica.", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Hash(cluster));
    }

    private static string Hash(SimulatedCluster cluster)
    {
        var hash = "";
        cluster.Run(async () => hash = await cluster.On(0).GetContentHashAsync());
        return hash;
    }

    private static SimulatedCluster Limited() => Simulated.Cluster(
        2,
        b => b.AddMap<string, string>("map").AddSet<byte[]>("set").AddRegister<string>("register").AddMultiValueRegister<string>("multi")
            .AddPresence<string>("presence").AddMap<Seat, Seat>("seats"),
        o =>
        {
            o.MaxKeyBytes = 64;
            o.MaxValueBytes = 64;
        });
}
