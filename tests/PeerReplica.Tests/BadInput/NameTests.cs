using Microsoft.Extensions.DependencyInjection;
using PeerReplica.DependencyInjection;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.BadInput;

public sealed class NameTests
{
    public sealed class Outer<T>
    {
        public sealed record Inner(T Value);
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_names_that_are_known()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("tickets.sold").AddSet<string>("tokens"));
        var e = Assert.Throws<UnknownObjectException>(() => cluster.On(0).GetCounter("tickets.sald"));
        Assert.Equal("tickets.sald", e.ObjectName);
        Assert.Contains("Registered: tickets.sold, tokens.", e.Message, StringComparison.Ordinal);
        Assert.Contains(".AddCounter(\"tickets.sald\")", e.Message, StringComparison.Ordinal);
        Assert.Throws<UnknownObjectException>(() => cluster.On(0).GetMap<int, int>("TOKENS"));
        Assert.NotNull(cluster.On(0).GetSet<string>("tokens"));
    }

    [Fact]
    public void An_unknown_name_where_nothing_is_registered_says_so()
    {
        using var cluster = Simulated.Cluster(1, _ => { });
        var e = Assert.Throws<UnknownObjectException>(() => cluster.On(0).GetFlag("open"));
        Assert.Contains("(nothing)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Asking_for_no_name_is_a_mistake(string? name)
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("sold"));
        Assert.ThrowsAny<ArgumentException>(() => cluster.On(0).GetCounter(name!));
    }

    [Fact]
    public void Asking_for_another_type_names_both_types_as_in_source()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, byte[]>("map").AddCounter("sold"));
        var e = Assert.Throws<ObjectTypeException>(() => cluster.On(0).GetMap<string, List<int?>>("map"));
        Assert.Equal("map", e.ObjectName);
        Assert.Equal("IReplicatedMap<string, byte[]>", e.Registered);
        Assert.Equal("IReplicatedMap<string, List<int?>>", e.Requested);
        Assert.Contains(e.Registered, e.Message, StringComparison.Ordinal);
        Assert.Contains(e.Requested, e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ObjectTypeException>(() => cluster.On(0).GetRegister<decimal>("sold"));
        Assert.Equal(("ICounter", "IRegister<decimal>"), (e.Registered, e.Requested));
        Assert.NotNull(cluster.On(0).GetMap<string, byte[]>("map"));
    }

    [Fact]
    public void A_type_nested_in_a_generic_one_is_named_too()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddCounter("sold"));
        var e = Assert.Throws<ObjectTypeException>(() => cluster.On(0).GetRegister<Outer<int>.Inner>("sold"));
        Assert.Equal("IRegister<NameTests.Outer<int>.Inner>", e.Requested);
        e = Assert.Throws<ObjectTypeException>(() => cluster.On(0).GetRegister<Dictionary<string, int>.KeyCollection>("sold"));
        Assert.Equal("IRegister<Dictionary<string, int>.KeyCollection>", e.Requested);
    }

    [Fact]
    public void A_name_registered_twice_is_refused_and_the_first_stays()
    {
        var services = new ServiceCollection();
        var builder = services.AddPeerReplica().AddCounter("sold");
        var e = Assert.Throws<ArgumentException>(() => builder.AddMap<string, int>("sold"));
        Assert.Contains("ICounter", e.Message, StringComparison.Ordinal);
        Assert.Contains("IReplicatedMap<string, int>", e.Message, StringComparison.Ordinal);
        Assert.Contains("once", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => services.AddPeerReplica().AddCounter("sold"));
        builder.AddCounter("Sold");
        using var provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetKeyedService<ICounter>("sold"));
        Assert.Null(provider.GetKeyedService<IReplicatedMap<string, int>>("sold"));
        Assert.Single(provider.GetKeyedServices<ICounter>("sold"));
    }

    public static TheoryData<string?, string> BadNames => new()
    {
        { null, "name" },
        { "", "name" },
        { "$members", "$" },
        { new string('x', 257), "256" },
    };

    [Fact]
    public void A_name_with_half_of_a_surrogate_pair_is_refused()
    {
        A_name_that_cannot_be_is_refused_by_every_registration("half \uD83D", "surrogate");
        A_name_that_cannot_be_is_refused_by_every_registration("\uFFFD and half \uD83D", "surrogate");
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_name_that_cannot_be_is_refused_by_every_registration(string? name, string said)
    {
        Action<IPeerReplicaBuilder>[] registrations =
        [
            b => b.AddCounter(name!), b => b.AddRegister<int>(name!), b => b.AddMultiValueRegister<int>(name!), b => b.AddMap<int, int>(name!),
            b => b.AddSet<int>(name!), b => b.AddFlag(name!), b => b.AddPresence<int>(name!),
        ];
        foreach (var register in registrations)
        {
            var services = new ServiceCollection();
            var builder = services.AddPeerReplica();
            var e = Assert.ThrowsAny<ArgumentException>(() => register(builder));
            Assert.Contains(said, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(services, s => s.IsKeyedService);
        }
    }

    [Fact]
    public void A_time_to_live_that_is_none_is_refused_at_registration_and_at_the_write()
    {
        var builder = new ServiceCollection().AddPeerReplica();
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddMap<int, int>("map", TimeSpan.Zero));
        Assert.Contains("'map' must be positive", e.Message, StringComparison.Ordinal);
        using var cluster = Simulated.Cluster(1, b => b.AddMap<int, int>("map"));
        var map = cluster.On(0).GetMap<int, int>("map");
        map.Set(1, 1);
        e = Assert.Throws<ArgumentOutOfRangeException>(() => map.Set(1, 2, TimeSpan.FromSeconds(-1)));
        Assert.Contains("positive", e.Message, StringComparison.Ordinal);
        Assert.Equal([new(1, 1)], map);
    }

    [Fact]
    public void The_longest_time_to_live_is_for_ever()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<int, int>("map"));
        cluster.On(0).GetMap<int, int>("map").Set(1, 1, TimeSpan.MaxValue);
        cluster.On(0).GetMap<int, int>("map").Set(2, 2, TimeSpan.FromDays(100_000));
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromHours(1));
        Assert.All(cluster.Replicas, r => Assert.Equal(2, r.Replica.GetMap<int, int>("map").Count));
    }

    [Fact]
    public void A_serializer_that_is_none_is_refused() =>
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddPeerReplica().UseSerializer(null!));
}
