using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeerReplica.Tests.Api;

public sealed partial class SerializedTypeTests
{
    private static readonly JsonSerializerOptions s_withoutMetadata = new() { TypeInfoResolver = SeatContext.Default };

    public sealed class Cart
    {
        public List<string> Items { get; init; } = [];

        public decimal Total { get; set; }
    }

    [JsonSerializable(typeof(Seat))]
    private sealed partial class SeatContext : JsonSerializerContext;

    [Fact]
    public void Any_type_that_json_can_write_is_a_value_of_every_object()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, Seat>("map").AddRegister<Seat>("register")
            .AddMultiValueRegister<Seat>("multi").AddPresence<Seat>("presence"));
        var seat = new Seat("日本 \"row\"", int.MinValue);
        cluster.On(0).GetMap<string, Seat>("map").Set("a", seat);
        cluster.On(0).GetRegister<Seat>("register").Set(seat);
        cluster.On(0).GetMultiValueRegister<Seat>("multi").Set(seat);
        cluster.On(0).GetPresence<Seat>("presence").Set(seat);
        cluster.RunUntilConverged();
        Assert.Equal([new("a", seat)], cluster.On(1).GetMap<string, Seat>("map"));
        Assert.Equal(seat, cluster.On(1).GetRegister<Seat>("register").Value);
        Assert.Equal([seat], cluster.On(1).GetMultiValueRegister<Seat>("multi").Values);
        Assert.Equal([seat], cluster.On(1).GetPresence<Seat>("presence").Values.Values);
    }

    [Fact]
    public void Serialized_keys_and_elements_are_found_by_their_content()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<Seat, string>("map").AddSet<Seat>("set"));
        var (here, there) = (cluster.On(0).GetMap<Seat, string>("map"), cluster.On(1).GetMap<Seat, string>("map"));
        here.Set(new("A", 12), "Ann");
        here.Set(new("B", 1), "Bo");
        cluster.On(0).GetSet<Seat>("set").Add(new("C", 3));
        cluster.RunUntilConverged();
        Assert.True(there.TryGetValue(new("A", 12), out var who));
        Assert.Equal("Ann", who);
        Assert.False(there.ContainsKey(new("A", 13)));
        Assert.Equal([new("A", 12), new("B", 1)], there.Select(e => e.Key).OrderBy(s => s.Row, StringComparer.Ordinal));
        there.Set(new("A", 12), "Cy");
        Assert.True(there.Remove(new("B", 1)));
        Assert.True(cluster.On(1).GetSet<Seat>("set").Contains(new("C", 3)));
        Assert.True(cluster.On(1).GetSet<Seat>("set").Remove(new("C", 3)));
        cluster.RunUntilConverged();
        Assert.Equal([new(new("A", 12), "Cy")], here);
        Assert.Empty(cluster.On(0).GetSet<Seat>("set"));
    }

    [Fact]
    public void Changing_an_object_after_the_write_does_not_change_what_is_sent()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, Cart>("carts"));
        var cart = new Cart { Items = { "ticket" }, Total = 10.50m };
        cluster.On(0).GetMap<string, Cart>("carts").Set("a", cart);
        cart.Items.Add("programme");
        cart.Total = 99;
        cluster.RunUntilConverged();
        Assert.True(cluster.On(1).GetMap<string, Cart>("carts").TryGetValue("a", out var there));
        Assert.Equal(["ticket"], there.Items);
        Assert.Equal(10.50m, there.Total);
    }

    [Fact]
    public void Nullable_and_collection_types_are_serialized()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<int?>("nullable").AddRegister<List<int>>("list").AddMap<(int, int), int>("pairs"));
        cluster.On(0).GetRegister<int?>("nullable").Set(7);
        cluster.On(0).GetRegister<List<int>>("list").Set([1, 2, 3]);
        cluster.RunUntilConverged();
        Assert.Equal(7, cluster.On(1).GetRegister<int?>("nullable").Value);
        Assert.Equal([1, 2, 3], cluster.On(1).GetRegister<List<int>>("list").Value!);
    }

    [Fact]
    public void A_source_generated_context_serves_its_types_without_reflection()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<Seat, Seat>("seats")
            .UseSerializer(new SystemTextJsonReplicaSerializer(SeatContext.Default)));
        cluster.On(0).GetMap<Seat, Seat>("seats").Set(new("A", 1), new("B", 2));
        cluster.RunUntilConverged();
        Assert.Equal([new(new("A", 1), new("B", 2))], cluster.On(1).GetMap<Seat, Seat>("seats"));
    }

    [Fact]
    public void A_type_that_the_context_lacks_is_refused_with_what_to_do()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddRegister<Cart>("cart")
            .UseSerializer(new SystemTextJsonReplicaSerializer(s_withoutMetadata)));
        var cart = cluster.On(0).GetRegister<Cart>("cart");
        var e = Assert.Throws<ReplicaSerializationException>(() => cart.Set(new Cart()));
        Assert.Equal("cart", e.ObjectName);
        Assert.Contains("JsonSerializerContext", e.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was published", e.Message, StringComparison.Ordinal);
        Assert.Null(cart.Value);
    }
}
