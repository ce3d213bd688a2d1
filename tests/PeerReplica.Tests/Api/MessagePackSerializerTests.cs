using System.Buffers;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace PeerReplica.Tests.Api;

/// <summary>Values written with MessagePack: what is read is what was written, or the type is refused; bytes of peers are not trusted.</summary>
public sealed class MessagePackSerializerTests
{
    private static MessagePackSerializerOptions Contractless => ContractlessStandardResolver.Options;

    [Fact]
    public void Records_structs_tuples_collections_and_unions_are_read_at_peers_as_they_were_written()
    {
        Survives(new Order("a", 2, 1.50m));
        Survives(new Spot { X = 3, Y = -4 });
        Survives((3, "a"));
        Survives<(int, string)?>((1, "b"));
        Survives(new List<Order> { new("a", 1, 1m), new("b", 70_000, 2m) }, v => v.Count, v => v[1]);
        Survives(new Dictionary<string, Spot> { ["a"] = new() { X = 1 } }, v => v["a"]);
        Survives(new Dictionary<long, int> { [7] = 1 }, v => v[7]);
        Survives(new HashSet<string> { "b", "a" }, v => string.Join(',', v.Order()));
        Survives(new[] { 1.5, double.NaN }, v => v[0], v => v[1]);
        Survives<Shape>(new Circle(2));
        Survives(new List<Shape> { new Square(3), new Circle(4) }, v => v[0], v => v[1]);
        Survives(new Cached { Number = 5 }, v => v.Number);
    }

    [Fact]
    public void Compressed_values_survive() =>
        Survives(
            new Order(new string('a', 10_000), 1, 2m),
            b => b.UseMessagePack(MessagePackSerializerOptions.Standard.WithCompression(MessagePackCompression.Lz4BlockArray)));

    [Fact]
    public void Types_without_attributes_are_refused_by_default_and_survive_without_contract()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddMap<string, Plain>("map").UseMessagePack()));
        Assert.Contains("'map'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[MessagePackObject]", refusal.Message, StringComparison.Ordinal);
        Survives(new Plain { Number = 3 }, b => b.UseMessagePack(Contractless), v => v.Number);
    }

    [Fact]
    public void One_object_has_a_serializer_of_its_own()
    {
        using var cluster = Simulated.Cluster(
            2, b => b.AddMap<string, Plain>("json").AddMap<string, Order>("packed").UseMessagePack("packed"));
        cluster.On(0).GetMap<string, Plain>("json").Set("k", new Plain { Number = 1 });
        cluster.On(0).GetMap<string, Order>("packed").Set("k", new Order("a", 2, 3m));
        cluster.RunUntilConverged();
        Assert.Equal(1, cluster.On(1).GetMap<string, Plain>("json").Single().Value.Number);
        Assert.Equal(new Order("a", 2, 3m), cluster.On(1).GetMap<string, Order>("packed").Single().Value);
        Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddMap<string, Plain>("packed").UseMessagePack("packed")));
    }

    [Fact]
    public void A_serializer_for_a_name_that_is_not_registered_is_an_error_at_the_start()
    {
        var error = Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddMap<string, Order>("orders").UseMessagePack("order")));
        Assert.Contains("'order'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Typeless_resolvers_are_refused()
    {
        Check(TypelessContractlessStandardResolver.Options);
        Check(MessagePackSerializerOptions.Standard.WithResolver(CompositeResolver.Create(BuiltinResolver.Instance, TypelessObjectResolver.Instance)));

        static void Check(MessagePackSerializerOptions options) => Assert.Contains(
            "typeless", Assert.Throws<ArgumentException>(() => new MessagePackReplicaSerializer(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_derived_value_that_would_be_read_as_its_base_is_refused_when_it_is_written()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, Vehicle>("map").UseMessagePack());
        var map = cluster.On(0).GetMap<string, Vehicle>("map");
        map.Set("a", new Vehicle { Wheels = 3 });
        var refusal = Assert.Throws<ReplicaSerializationException>(() => map.Set("b", new Bus { Wheels = 6, Seats = 40 }));
        Assert.Contains("[Union]", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, map.Count);
    }

    [Fact]
    public void A_comparer_of_the_apps_own_is_not_lost_silently()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddRegister<Dictionary<string, int>>("register").UseMessagePack());
        var register = cluster.On(0).GetRegister<Dictionary<string, int>>("register");
        register.Set(new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1 });

        // What was read has the package's comparer, and can be written again.
        register.Set(register.Value!);
        Assert.Throws<ReplicaSerializationException>(() => register.Set(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 }));
    }

    [Fact]
    public void Bytes_that_nest_too_deep_claim_too_much_or_go_on_are_refused()
    {
        var serializer = new MessagePackReplicaSerializer();
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 20_000), 0xC0];
        Assert.Throws<MessagePackSerializationException>(() => serializer.Deserialize<Link>(deep));
        Assert.Throws<MessagePackSerializationException>(() => serializer.Deserialize<List<int>>([0xDD, 0x7F, 0xFF, 0xFF, 0xFF, 1]));
        Assert.Throws<MessagePackSerializationException>(() => serializer.Deserialize<List<int>>([0x91, 1, 2]));
        var written = new ArrayBufferWriter<byte>();
        serializer.Serialize(written, new Order("a", 300, 1m));
        for (var cut = 0; cut < written.WrittenCount; cut++)
            Assert.Throws<MessagePackSerializationException>(() => serializer.Deserialize<Order>(written.WrittenSpan[..cut]));
    }

    [Fact]
    public void Settings_for_trusted_data_are_replaced()
    {
        var seen = new SecuritySeen();
        var options = MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.TrustedData)
            .WithResolver(CompositeResolver.Create([seen], [StandardResolver.Instance]));
        new MessagePackReplicaSerializer(options).Deserialize<Plain>([0xC0]);
        Assert.True(seen.Security!.HashCollisionResistant);
        new MessagePackReplicaSerializer(options.WithSecurity(MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(5))).Deserialize<Plain>([0xC0]);
        Assert.Equal((true, 5), (seen.Security.HashCollisionResistant, seen.Security.MaximumObjectGraphDepth));
    }

    private static void Survives<T>(T value, params Func<T, object>[] parts) => Survives(value, b => b.UseMessagePack(), parts);

    private static void Survives<T>(T value, Action<DependencyInjection.IPeerReplicaBuilder> use, params Func<T, object>[] parts)
    {
        using var cluster = Simulated.Cluster(2, b => use(b.AddRegister<T>("register").AddMap<string, T>("map")));
        cluster.On(0).GetRegister<T>("register").Set(value);
        cluster.On(0).GetMap<string, T>("map").Set("a", value);
        cluster.RunUntilConverged();
        if (parts.Length == 0) parts = [v => v!];
        Assert.All(cluster.Replicas, r => Assert.All(
            [r.Replica.GetRegister<T>("register").Value, r.Replica.GetMap<string, T>("map").Single().Value],
            v => Assert.All(parts, p => Assert.Equal(p(value), p(v!)))));
    }

    [MessagePackObject]
    public sealed record Order([property: Key(0)] string Name, [property: Key(1)] int Count, [property: Key(2)] decimal Price);

    [MessagePackObject]
    public struct Spot
    {
        [Key(0)]
        public int X { get; set; }

        [Key(1)]
        public int Y { get; set; }
    }

    [Union(0, typeof(Circle))]
    [Union(1, typeof(Square))]
    public abstract record Shape;

    [MessagePackObject]
    public sealed record Circle([property: Key(0)] int Radius) : Shape;

    [MessagePackObject]
    public sealed record Square([property: Key(0)] int Side) : Shape;

    [MessagePackObject]
    public class Vehicle
    {
        [Key(0)]
        public int Wheels { get; set; }
    }

    [MessagePackObject]
    public sealed class Bus : Vehicle
    {
        [Key(1)]
        public int Seats { get; set; }
    }

    [MessagePackObject]
    public sealed class Cached
    {
        [Key(0)]
        public int Number { get; set; }

        [IgnoreMember]
        public int Calls { get; set; } = Environment.TickCount;
    }

    [MessagePackObject]
    public sealed class Link
    {
        [Key(0)]
        public Link? Next { get; set; }
    }

    public sealed class Plain
    {
        public int Number { get; set; }
    }

    private sealed class SecuritySeen : IMessagePackFormatter<Plain>
    {
        public MessagePackSecurity? Security { get; private set; }

        public void Serialize(ref MessagePackWriter writer, Plain value, MessagePackSerializerOptions options) => writer.WriteNil();

        public Plain Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            Security = options.Security;
            reader.ReadNil();
            return new Plain();
        }
    }
}
