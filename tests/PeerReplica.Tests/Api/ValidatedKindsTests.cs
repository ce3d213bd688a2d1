using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>Validators of each kind of object that may have one.</summary>
public sealed class ValidatedKindsTests
{
    [Fact]
    public void A_set_takes_only_items_that_are_accepted()
    {
        using var cluster = Mixed(
            b => b.AddSet<string>("set"),
            b => b.AddSet<string>("set", o => o.Validate = c => Judge(c.ObjectName == "set" && c.Value.Length < 5)));
        var (writer, reader) = (cluster.On(0).GetSet<string>("set"), cluster.On(1).GetSet<string>("set"));
        writer.Add("short");
        writer.Add("long enough");
        writer.Add("ok");
        Settle(cluster);
        Assert.Equal(["ok"], reader);
        Assert.Equal(1, reader.Count);
        Assert.False(reader.Contains("long enough"));
        var e = Assert.Throws<ChangeRefusedException>(() => reader.Add("too long"));
        Assert.Equal("too long", e.Key);
        Assert.True(reader.Add("fine"));
        Settle(cluster);
        Assert.Equal(4, writer.Count);
    }

    [Fact]
    public void A_register_shows_only_a_value_that_is_accepted()
    {
        using var cluster = Mixed(
            b => b.AddRegister<Seat>("seat"), b => b.AddRegister<Seat>("seat", o => o.Validate = c => Judge(c.Value.Number > 0)));
        var (writer, reader) = (cluster.On(0).GetRegister<Seat>("seat"), cluster.On(1).GetRegister<Seat>("seat"));
        writer.Set(new("a", 1));
        Settle(cluster);
        Assert.Equal(new("a", 1), reader.Value);
        writer.Set(new("a", 0));
        Settle(cluster);
        Assert.False(reader.TryGetValue(out _));
        Assert.Equal(new("a", 0), writer.Value);
        Assert.Null(Assert.Throws<ChangeRefusedException>(() => reader.Set(new("b", -1))).Key);
        reader.Set(new("b", 2));
        Settle(cluster);
        Assert.Equal(new("b", 2), writer.Value);
    }

    [Fact]
    public void A_multi_value_register_shows_the_values_that_are_accepted()
    {
        using var cluster = Mixed(
            b => b.AddMultiValueRegister<int>("values"),
            b => b.AddMultiValueRegister<int>("values", o => o.Validate = c => Judge(c.Value > 0)));
        var (writer, reader) = (cluster.On(0).GetMultiValueRegister<int>("values"), cluster.On(1).GetMultiValueRegister<int>("values"));
        cluster.WhileSplit(() =>
        {
            writer.Set(-1);
            reader.Set(2);
        });
        Settle(cluster);
        Assert.Equal([2], reader.Values);
        Assert.Equal([-1, 2], writer.Values.Order());
        Assert.Throws<ChangeRefusedException>(() => reader.Set(0));
        reader.Set(3);
        Settle(cluster);
        Assert.Equal([3], writer.Values);
    }

    [Fact]
    public void A_presence_can_be_held_to_what_replicas_say_of_themselves()
    {
        using var cluster = Mixed(
            b => b.AddPresence<int>("load"),
            b => b.AddPresence<int>("load", o => o.Validate = c => Judge(c.Key == c.Origin && c.Value <= 100)));
        var (writer, reader) = (cluster.On(0).GetPresence<int>("load"), cluster.On(1).GetPresence<int>("load"));
        writer.Set(50);
        reader.Set(60);
        Settle(cluster);
        Assert.Equal([50, 60], reader.Values.Values.Order());
        writer.Set(101);
        Settle(cluster);
        Assert.Equal([60], reader.Values.Values);
        Assert.Equal([60, 101], writer.Values.Values.Order());
        var e = Assert.Throws<ChangeRefusedException>(() => reader.Set(101));
        Assert.Equal(cluster.On(1).Self.Id, e.Key);
    }

    [Fact]
    public void Keys_that_a_serializer_writes_reach_the_validator_as_their_type()
    {
        using var cluster = Mixed(
            b => b.AddMap<Seat, Seat>("seats"),
            b => b.AddMap<Seat, Seat>("seats", o => o.Validate = c => Judge(c.Key.Number == c.Value.Number)));
        var (writer, reader) = (cluster.On(0).GetMap<Seat, Seat>("seats"), cluster.On(1).GetMap<Seat, Seat>("seats"));
        writer.Set(new("a", 1), new("x", 1));
        writer.Set(new("a", 2), new("x", 1));
        Settle(cluster);
        Assert.Equal([new(new("a", 1), new("x", 1))], reader);
        var e = Assert.Throws<ChangeRefusedException>(() => reader.Set(new("b", 1), new("x", 2)));
        Assert.Equal(new Seat("b", 1), e.Key);
        Assert.DoesNotContain("Seat", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_origin_of_a_change_is_the_replica_that_wrote_it_wherever_it_came_from()
    {
        var seen = new HashSet<ReplicaId>();
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 2 }, b => b.AddMap<int, int>("map"));
        cluster.RunUntilMeshed();
        var writer = cluster.On(0).Self.Id;
        cluster.On(0).GetMap<int, int>("map").Set(1, 1);
        cluster.RunUntilConverged();
        cluster.Replicas[0].Crash();
        cluster.Add(b => b.AddMap<int, int>("map", o => o.Validate = c =>
        {
            seen.Add(c.Origin);
            return ChangeVerdict.Accepted;
        }));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([writer], seen);
        Assert.Equal(1, cluster.On(2).GetMap<int, int>("map").Count);
    }

    private static ChangeVerdict Judge(bool isGood) => isGood ? ChangeVerdict.Accepted : ChangeVerdict.Refused("It is not good.");

    private static SimulatedCluster Mixed(Action<IPeerReplicaBuilder> lax, Action<IPeerReplicaBuilder> strict)
    {
        var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1, EventsPerCheck = 1 }, lax);
        cluster.Add(strict);
        cluster.RunUntilMeshed();
        return cluster;
    }

    private static void Settle(SimulatedCluster cluster)
    {
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromMilliseconds(50));
        cluster.RunUntilConverged();
    }
}
