using System.Buffers;
using System.Text;
using PeerReplica.Tests.Api;
using static PeerReplica.Tests.BadInput.LossyTypes;

namespace PeerReplica.Tests.BadInput;

/// <summary>Keys that .NET calls equal are one key, on every replica, or are refused; keys that differ are two.</summary>
public sealed class KeyEqualityTests
{
    public sealed record Price(decimal Amount, string Currency);

    public sealed record Measured(double Value, float Narrow, Half Half);

    public sealed record Moment(DateTime At, DateTimeOffset There);

    public sealed record Tags(List<string> Names);

    [Fact]
    public void Tuples_that_differ_are_different_keys()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<(string, int), int>("map").AddSet<(int, int)>("set"));
        cluster.On(0).GetMap<(string, int), int>("map").Set(("a", 1), 0);
        cluster.On(0).GetMap<(string, int), int>("map").Set(("b", 2), 1);
        cluster.On(0).GetSet<(int, int)>("set").Add((1, 2));
        cluster.On(1).GetSet<(int, int)>("set").Add((2, 1));
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal(2, r.Replica.GetMap<(string, int), int>("map").Count);
            Assert.True(r.Replica.GetMap<(string, int), int>("map").TryGetValue(("b", 2), out var value));
            Assert.Equal(1, value);
            Assert.Equal([(1, 2), (2, 1)], r.Replica.GetSet<(int, int)>("set").Order());
        });
    }

    [Fact]
    public void Equal_keys_are_one_key_whatever_form_they_have()
    {
        AreOne(new Price(1.0m, "CHF"), new Price(1.00m, "CHF"));
        AreOne((1.50m, 1), (1.5m, 1));
        AreOne(new Measured(0.0, 0.0f, (Half)0.0f), new Measured(-0.0, -0.0f, (Half)(-0.0f)));
        AreOne(new Measured(double.NaN, float.NaN, Half.NaN), new Measured(-double.NaN, -float.NaN, -Half.NaN));
        AreOne((double.PositiveInfinity, 1), (double.PositiveInfinity, 1));
        AreOne(new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        AreOne(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local));
        AreOne(
            new Moment(new DateTime(5, DateTimeKind.Utc), new(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1))),
            new Moment(new DateTime(5, DateTimeKind.Unspecified), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        AreOne(new System.Numerics.Vector2(0, 1), new System.Numerics.Vector2(-0.0f, 1));
        AreOne(double.NaN, BitConverter.UInt64BitsToDouble(0xFFF8_0000_0000_0001));
    }

    [Fact]
    public void Keys_that_hold_lists_are_compared_by_what_the_lists_hold()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddSet<Tags>("tags").AddMap<int[], int>("arrays"));
        Assert.True(cluster.On(0).GetSet<Tags>("tags").Add(new(["a", "b"])));
        Assert.False(cluster.On(0).GetSet<Tags>("tags").Add(new(["a", "b"])));
        Assert.True(cluster.On(0).GetSet<Tags>("tags").Add(new(["b", "a"])));
        cluster.On(0).GetMap<int[], int>("arrays").Set([1, 2], 1);
        cluster.RunUntilConverged();
        Assert.True(cluster.On(1).GetMap<int[], int>("arrays").ContainsKey([1, 2]));
        Assert.Equal(2, cluster.On(1).GetSet<Tags>("tags").Count);
    }

    [Fact]
    public void A_key_type_without_an_order_of_its_own_is_refused_at_registration()
    {
        Refused<HashSet<int>>("order");
        Refused<Dictionary<string, int>>("order");
        Refused<Wrapper<IReadOnlySet<int>>>("Inner");
        Refused<Uri>("Uri");
        Refused<Wrapper<Uri>>("Inner");
        Refused<object>("object");
        Refused<Stack<int>>("reverse order");
    }

    [Fact]
    public void Keys_whose_own_equality_is_coarser_than_their_bytes_are_refused_at_use()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddSet<CaseInsensitive>("names"));
        var names = cluster.On(0).GetSet<CaseInsensitive>("names");
        names.Add(new("Ann"));
        var e = Assert.Throws<ReplicaSerializationException>(() => names.Add(new("ANN")));
        Assert.Contains("Equals", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, names.Count);
    }

    [Fact]
    public void Keys_that_differ_in_what_is_not_written_are_refused_at_use()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddSet<WithIgnored>("set").AddMap<int, WithIgnored>("map").AddSet<Animal>("animals"));
        var e = Assert.Throws<ReplicaSerializationException>(() => cluster.On(0).GetSet<WithIgnored>("set").Add(new(1) { Secret = 2 }));
        Assert.Contains("Secret", e.Message, StringComparison.Ordinal);
        Assert.Throws<ReplicaSerializationException>(() => cluster.On(0).GetSet<Animal>("animals").Contains(new Dog()));
        cluster.On(0).GetMap<int, WithIgnored>("map").Set(1, new(1) { Secret = 2 });
    }

    [Fact]
    public void A_serializer_that_writes_equal_numbers_in_two_forms_is_refused_for_keys_that_hold_them()
    {
        Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddSet<Price>("prices").UseSerializer(new Plain())));
        using var cluster = Simulated.Cluster(1, b => b.AddSet<Seat>("seats").AddMap<int, Price>("prices").UseSerializer(new Plain()));
        Assert.True(cluster.On(0).GetSet<Seat>("seats").Add(new("A", 1)));
        cluster.On(0).GetMap<int, Price>("prices").Set(1, new(1.00m, "CHF"));
    }

    [Fact]
    public void A_serializer_that_loses_something_is_refused_at_use()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddRegister<Seat>("seat").AddSet<Seat>("seats").UseSerializer(new Forgetful()));
        Assert.Throws<ReplicaSerializationException>(() => cluster.On(0).GetRegister<Seat>("seat").Set(new("A", 1)));
        Assert.Throws<ReplicaSerializationException>(() => cluster.On(0).GetSet<Seat>("seats").Add(new("A", 1)));
        Assert.Equal(0, cluster.On(0).GetSet<Seat>("seats").Count);
    }

    private static void AreOne<T>(T one, T other)
        where T : notnull
    {
        Assert.Equal(one, other);
        using var cluster = Simulated.Cluster(2, b => b.AddMap<T, int>("map").AddSet<T>("set"));
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetMap<T, int>("map").Set(one, 1);
            cluster.On(0).GetSet<T>("set").Add(one);
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(1).GetMap<T, int>("map").Set(other, 2);
            cluster.On(1).GetSet<T>("set").Add(other);
        });
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal([new(one, 2)], r.Replica.GetMap<T, int>("map"));
            Assert.True(r.Replica.GetMap<T, int>("map").ContainsKey(other));
            Assert.Equal([other], r.Replica.GetSet<T>("set"));
        });
        Assert.True(cluster.On(1).GetSet<T>("set").Remove(one));
        cluster.RunUntilConverged();
        Assert.Empty(cluster.On(0).GetSet<T>("set"));
    }

    private static void Refused<T>(string named)
        where T : notnull
    {
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddSet<T>("set"))).Message, StringComparison.Ordinal);
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => Simulated.Cluster(1, b => b.AddMap<T, int>("map"))).Message, StringComparison.Ordinal);
    }

    /// <summary>The framework's JSON as it is: decimals keep their zeros.</summary>
    private sealed class Plain : IReplicaSerializer
    {
        public void Serialize<T>(IBufferWriter<byte> output, T value) => output.Write(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value));

        public T Deserialize<T>(ReadOnlySpan<byte> bytes) => System.Text.Json.JsonSerializer.Deserialize<T>(bytes)!;
    }

    /// <summary>Writes nothing of a seat but its row.</summary>
    private sealed class Forgetful : IReplicaSerializer
    {
        public void Serialize<T>(IBufferWriter<byte> output, T value) => output.Write(Encoding.UTF8.GetBytes(((Seat)(object)value!).Row));

        public T Deserialize<T>(ReadOnlySpan<byte> bytes) => (T)(object)new Seat(Encoding.UTF8.GetString(bytes), 0);
    }
}
