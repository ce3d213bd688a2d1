using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.Tests.Api;
using static PeerReplica.Tests.BadInput.FaithfulTypes;
using static PeerReplica.Tests.BadInput.LossyTypes;

namespace PeerReplica.Tests.BadInput;

/// <summary>What is read is what was written, at the writer and at peers, or the type is refused.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Tuples_and_public_fields_are_read_at_peers_as_they_were_written()
    {
        Survives((3, 4));
        Survives(("a", (1, 2.5m), new Guid(1, 2, 3, new byte[8])));
        Survives((1, 2, 3, 4, 5, 6, 7, 8, 9));
        Survives(Tuple.Create("a", 1));
        Survives(new Point { X = 3, Y = 4 });
        Survives(new PublicFields { Number = 3, Text = "a" }, v => (v.Number, v.Text));
        Survives(new List<(int, int)> { (1, 2), (3, 4) }, v => v.Count, v => v[1]);
        Survives(new Dictionary<string, (int, Point)> { ["a"] = (1, new Point { X = 2 }) }, v => v["a"]);
        Survives(new KeyValuePair<string, int>("a", 1));
        Survives(new Vector3(1, 2, 3));
        Survives<(int, string)?>((1, "a"));
    }

    [Fact]
    public void Types_of_the_framework_and_of_apps_that_json_carries_survive()
    {
        Survives(new Line("a", 2, 1.50m));
        Survives(new Many(null, (Half)1.5, Int128.MaxValue, Guid.AllBitsSet, DateTime.UnixEpoch, new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
            TimeSpan.MaxValue, DateOnly.MaxValue, TimeOnly.MaxValue, double.NaN, (Color)77, new Version(1, 2, 3, 4)));
        Survives(new Wrapper<double>(double.NegativeInfinity));
        Survives(Int128.MinValue);
        Survives((Half)0.1);
        Survives(new Constructed(1, "a"), v => (v.Number, v.Text));
        Survives(Included.Of(5), v => v.Number);
        Survives<Vehicle>(new Car(4, true));
        Survives(new List<Vehicle> { new Bus(6, 40), new Car(4, false) }, v => v[0], v => v[1]);
        Survives<ReadOnlyMemory<byte>>(new byte[] { 1, 2 }, v => Convert.ToHexString(v.Span));
        Survives(ImmutableArray.Create(1, 2, 3), v => string.Join(',', v));
        Survives(new SortedSet<int> { 3, 1 }, v => string.Join(',', v));
        Survives(new HashSet<string> { "b", "a" }, v => string.Join(',', v.Order()));
        Survives(new Queue<int>([1, 2, 3]), v => string.Join(',', v));
        Survives(new Dictionary<int, string> { [1] = "a" }, v => v[1]);
        Survives(new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1 }, v => v["a"]);
        Survives<IReadOnlyList<string>>(new[] { "a" }, v => v[0]);
        Survives(JsonDocument.Parse("{\"a\":1}").RootElement, v => v.GetRawText());
    }

    [Fact]
    public void What_an_app_computes_caches_listens_to_or_excludes_is_not_missed()
    {
        var caching = new Caching { Number = 3 };
        Assert.Equal(9, caching.Square);
        Survives(caching, v => v.Square);
        var notifying = new Notifying { Number = 1 };
        notifying.Changed += (_, _) => { };
        Survives(notifying, v => v.Number);
        Survives(new Cart { Visits = 5, Lines = { new("a", 1, 2m) } }, v => v.Lines[0]);
    }

    [Fact]
    public void A_type_that_loses_something_by_its_contract_is_refused_at_registration()
    {
        RefusedAtRegistration<object>("object");
        RefusedAtRegistration<IHasName>("interface");
        RefusedAtRegistration<Shape>("JsonDerivedType");
        RefusedAtRegistration<PrivateSetter>("Number");
        RefusedAtRegistration<GetOnly>("Number");
        RefusedAtRegistration<GetOnlyStruct>("Number");
        RefusedAtRegistration<ReadOnlyField>("Number");
        RefusedAtRegistration<Hidden>("Hidden");
        RefusedAtRegistration<NoConstructor>("JsonConstructor");
        RefusedAtRegistration<Basket>("Total");
        RefusedAtRegistration<Stack<int>>("reverse order");
        RefusedAtRegistration<ImmutableStack<int>>("reverse order");
        RefusedAtRegistration<BigInteger>("BigInteger");
        RefusedAtRegistration<Complex>("Complex");
        RefusedAtRegistration<Dictionary<string, object>>("object");
        RefusedAtRegistration<List<PrivateSetter>>("Number");
        RefusedAtRegistration<Wrapper<Stack<int>>>("Inner");
        RefusedAtRegistration<Wrapper<object>>("Inner");
        RefusedAtRegistration<(int, IHasName)>("interface");
    }

    [Fact]
    public void A_type_that_is_no_data_is_refused_by_the_call_that_registers_it()
    {
        RefusedByCall<Action>();
        RefusedByCall<Task<int>>();
        RefusedByCall<MemoryStream>();
        RefusedByCall<IntPtr[]>();
        RefusedByCall<List<Func<int>>>();
        RefusedByCall<Lazy<int>>();
        RefusedByCall<Type>();
    }

    [Fact]
    public void A_value_that_loses_something_is_refused_when_it_is_written()
    {
        RefusedAtUse<Animal>(new Dog { Name = "a", Tricks = 3 }, "Dog", "JsonDerivedType");
        RefusedAtUse<List<Animal>>([new(), new Dog()], "Dog", "[1]");
        RefusedAtUse(HalfHidden.Of(3), "_number", "converter");
        RefusedAtUse(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }, "comparer", "HashSet<string>");
        RefusedAtUse(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 }, "comparer", "Dictionary<string, int>");
        RefusedAtUse(new Wrapper<HashSet<string>>(new(StringComparer.OrdinalIgnoreCase)), "Inner", "comparer");
        RefusedAtUse(new Wrapper<string>("\uD800"), "Inner", "half of a surrogate pair", "Repair the text");
        RefusedAtUse(new SortedSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }, "comparer", "Use the default comparer");
    }

    [Fact]
    public void Json_is_kept_whatever_class_of_the_runtime_holds_it()
    {
        Survives<JsonNode>(JsonValue.Create("text"), v => v.ToJsonString());
        Survives<JsonNode>(JsonValue.Create(1.5m), v => v.ToJsonString());
        Survives<JsonNode>(JsonValue.Create(true), v => v.ToJsonString());
        Survives<JsonNode>(new JsonObject { ["a"] = 1, ["b"] = new JsonArray(1, "two", null) }, v => v.ToJsonString());
        Survives(new Wrapper<JsonNode>(JsonValue.Create(DateTimeOffset.UnixEpoch)), v => v.Inner.GetValue<DateTimeOffset>());
    }

    [Fact]
    public void A_derived_value_is_refused_however_many_of_the_base_were_written_before()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<int, Animal>("animals"));
        var animals = cluster.On(0).GetMap<int, Animal>("animals");
        for (var i = 0; i < 1_000; i++) animals.Set(i, new Animal { Name = $"{i}" });
        var e = Assert.Throws<ReplicaSerializationException>(() => animals.Set(7, new Dog { Tricks = 1 }));
        Assert.Equal("animals", e.ObjectName);
        Assert.True(animals.TryGetValue(7, out var kept));
        Assert.Equal("7", kept.Name);
    }

    [Fact]
    public void Text_that_is_no_unicode_is_refused_however_many_were_written_before()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<Wrapper<string>, Wrapper<string>>("texts"));
        var texts = cluster.On(0).GetMap<Wrapper<string>, Wrapper<string>>("texts");
        for (var i = 0; i < 1_000; i++) texts.Set(new($"{i}"), new("\uFFFD"));
        Assert.Throws<ReplicaSerializationException>(() => texts.Set(new("a"), new("\uDC00")));
        Assert.Throws<ReplicaSerializationException>(() => texts.Set(new("\uDC00"), new("a")));
        Assert.Equal(1_000, texts.Count);
    }

    [Fact]
    public void An_apps_own_options_stay_its_own_and_are_checked()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        var e = Assert.Throws<ArgumentException>(() => Simulated.Cluster(
            1, b => b.AddRegister<(int, int)>("pair").UseSerializer(new SystemTextJsonReplicaSerializer(options))));
        Assert.Contains("IncludeFields", e.Message, StringComparison.Ordinal);
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<Line>("line").UseSerializer(
            new SystemTextJsonReplicaSerializer(new JsonSerializerOptions(JsonSerializerDefaults.Web))));
        cluster.On(0).GetRegister<Line>("line").Set(new("a", 1, 2m));
        cluster.RunUntilConverged();
        Assert.Equal(new("a", 1, 2m), cluster.On(1).GetRegister<Line>("line").Value);
    }

    [Fact]
    public void Any_value_of_a_drawn_shape_reads_alike_at_writer_and_peer()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<(int, string), Drawn>("map"));
        var random = new Random(1);
        var expected = new Dictionary<(int, string), string>();
        for (var i = 0; i < 300; i++)
        {
            var (key, value) = ((random.Next(50), $"{random.Next(3)}"), Drawn.From(random, 0));
            cluster.On(i % 2).GetMap<(int, string), Drawn>("map").Set(key, value);
            expected[key] = JsonSerializer.Serialize(value, s_fields);
            cluster.RunUntilConverged();
        }

        Assert.All(cluster.Replicas, r => Assert.Equal(
            expected.OrderBy(e => e.Key),
            r.Replica.GetMap<(int, string), Drawn>("map").Select(e => KeyValuePair.Create(e.Key, JsonSerializer.Serialize(e.Value, s_fields))).OrderBy(e => e.Key)));
    }

    private static readonly JsonSerializerOptions s_fields = new() { IncludeFields = true };

    public sealed record Drawn(string? Text, (long, decimal) Pair, double[] Numbers, Dictionary<string, Drawn> Parts, Color? Color)
    {
        public static Drawn From(Random random, int depth) => new(
            random.Next(3) == 0 ? null : new string((char)random.Next(32, 0x2000), random.Next(5)),
            (random.NextInt64(), new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29))),
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.NextDouble() * Math.Pow(10, random.Next(-300, 300)))],
            Enumerable.Range(0, depth < 2 ? random.Next(3) : 0).ToDictionary(i => $"{i}", _ => From(random, depth + 1)),
            random.Next(2) == 0 ? null : (Color)random.Next(4));
    }

    /// <summary>Checks that writer and peer read of a value what the app gave, by what is compared of it.</summary>
    private static void Survives<T>(T value, params Func<T, object>[] parts)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<T>("register").AddMap<string, T>("map").AddMultiValueRegister<T>("multi").AddPresence<T>("presence"));
        cluster.On(0).GetRegister<T>("register").Set(value);
        cluster.On(0).GetMap<string, T>("map").Set("a", value);
        cluster.On(0).GetMultiValueRegister<T>("multi").Set(value);
        cluster.On(0).GetPresence<T>("presence").Set(value);
        cluster.RunUntilConverged();
        if (parts.Length == 0) parts = [v => v!];
        Assert.All(cluster.Replicas, r =>
        {
            T?[] read = [r.Replica.GetRegister<T>("register").Value, r.Replica.GetMap<string, T>("map").Single().Value,
                r.Replica.GetMultiValueRegister<T>("multi").Values[0], r.Replica.GetPresence<T>("presence").Values.Values.Single()];
            Assert.All(read, v => Assert.All(parts, p => Assert.Equal(p(value), p(v!))));
        });
    }

    private static void RefusedAtRegistration<T>(string named)
    {
        Check(Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddRegister<T>("register"))), "register");
        Check(Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddMap<int, T>("map"))), "map");
        Check(Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddPresence<T>("presence"))), "presence");

        void Check(ArgumentException e, string name)
        {
            Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
            Assert.Contains(named, e.Message, StringComparison.Ordinal);
        }
    }

    private static void RefusedByCall<T>()
        where T : notnull
    {
        var builder = new ServiceCollection().AddPeerReplica();
        Assert.Throws<ArgumentException>(() => builder.AddRegister<T>("register"));
        Assert.Throws<ArgumentException>(() => builder.AddMultiValueRegister<T>("register"));
        Assert.Throws<ArgumentException>(() => builder.AddMap<int, T>("map"));
        Assert.Throws<ArgumentException>(() => builder.AddMap<T, int>("map"));
        Assert.Throws<ArgumentException>(() => builder.AddSet<T>("set"));
        Assert.Throws<ArgumentException>(() => builder.AddPresence<T>("presence"));
    }

    private static void RefusedAtUse<T>(T value, params string[] named)
    {
        using var cluster = Simulated.Cluster(1, b => b.AddRegister<T>("register"));
        var e = Assert.Throws<ReplicaSerializationException>(() => cluster.On(0).GetRegister<T>("register").Set(value));
        Assert.All([.. named, "'register'", "Nothing was published"], n => Assert.Contains(n, e.Message, StringComparison.Ordinal));
        Assert.False(cluster.On(0).GetRegister<T>("register").TryGetValue(out _));
    }
}
