namespace PeerReplica.Tests.Api;

public sealed class NativeTypeTests
{
    public enum Signed8 : sbyte { Least = sbyte.MinValue, Zero = 0, Most = sbyte.MaxValue }

    public enum Unsigned8 : byte { Zero, Most = byte.MaxValue }

    public enum Signed16 : short { Least = short.MinValue, Zero = 0, Most = short.MaxValue }

    public enum Unsigned16 : ushort { Zero, Most = ushort.MaxValue }

    public enum Signed32 { Least = int.MinValue, Zero = 0, Most = int.MaxValue }

    public enum Unsigned32 : uint { Zero, Most = uint.MaxValue }

    public enum Signed64 : long { Least = long.MinValue, Zero = 0, Most = long.MaxValue }

    public enum Unsigned64 : ulong { Zero, Most = ulong.MaxValue }

    public static TheoryData<decimal, decimal> EqualDecimals => new() { { 1.0m, 1.000m }, { 0m, -0.0m }, { -0.00m, 0.0m }, { 100m, 100.00m } };

    [Fact]
    public void Signed_integers_of_every_width_round_trip()
    {
        RoundTrip(sbyte.MinValue, (sbyte)-33, (sbyte)-1, (sbyte)0, sbyte.MaxValue);
        RoundTrip(short.MinValue, (short)-129, (short)0, (short)255, (short)256, short.MaxValue);
        RoundTrip(int.MinValue, short.MinValue - 1, -32, -1, 0, 1, 127, 128, 65_535, 65_536, int.MaxValue);
        RoundTrip(long.MinValue, int.MinValue - 1L, 0, uint.MaxValue, uint.MaxValue + 1L, long.MaxValue);
    }

    [Fact]
    public void Unsigned_integers_of_every_width_round_trip()
    {
        RoundTrip<byte>(0, 127, 128, byte.MaxValue);
        RoundTrip<ushort>(0, 255, 256, ushort.MaxValue);
        RoundTrip<uint>(0, 65_535, 65_536, uint.MaxValue);
        RoundTrip<ulong>(0, uint.MaxValue, uint.MaxValue + 1UL, long.MaxValue, long.MaxValue + 1UL, ulong.MaxValue);
    }

    [Fact]
    public void Booleans_and_characters_round_trip()
    {
        RoundTrip(false, true);
        RoundTrip(char.MinValue, 'a', 'é', '\uD83D', char.MaxValue);
    }

    [Fact]
    public void Floating_point_numbers_round_trip_with_infinities_and_no_number()
    {
        RoundTrip(0f, 1.5f, float.MinValue, float.MaxValue, float.Epsilon, float.NegativeInfinity, float.PositiveInfinity, float.NaN);
        RoundTrip(0d, 0.1, double.MinValue, double.MaxValue, double.Epsilon, double.NegativeInfinity, double.PositiveInfinity, double.NaN);
    }

    [Fact]
    public void Negative_zero_is_the_same_key_as_zero()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<double, int>("doubles").AddMap<float, int>("floats"));
        cluster.On(0).GetMap<double, int>("doubles").Set(-0.0, 1);
        cluster.On(0).GetMap<float, int>("floats").Set(-0.0f, 1);
        cluster.RunUntilConverged();
        cluster.On(1).GetMap<double, int>("doubles").Set(0.0, 2);
        cluster.On(1).GetMap<float, int>("floats").Set(0.0f, 2);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r =>
        {
            Assert.Equal([2], r.Replica.GetMap<double, int>("doubles").Select(e => e.Value));
            Assert.Equal([2], r.Replica.GetMap<float, int>("floats").Select(e => e.Value));
        });
    }

    [Fact]
    public void Negative_zero_stays_negative_as_a_value()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<double>("double").AddRegister<float>("float"));
        cluster.On(0).GetRegister<double>("double").Set(-0.0);
        cluster.On(0).GetRegister<float>("float").Set(-0.0f);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r =>
        {
            Assert.True(double.IsNegative(r.Replica.GetRegister<double>("double").Value));
            Assert.True(float.IsNegative(r.Replica.GetRegister<float>("float").Value));
        });
    }

    [Fact]
    public void Decimals_round_trip() =>
        RoundTrip(0m, 1.5m, -0.0000000000000000000000000001m, decimal.MinValue, decimal.MaxValue);

    [Fact]
    public void A_decimal_reads_the_same_on_every_replica_to_its_last_zero()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<decimal>("price"));
        cluster.On(0).GetRegister<decimal>("price").Set(10.50m);
        cluster.RunUntilConverged();
        Assert.All(
            cluster.Replicas,
            r => Assert.Equal("10.50", r.Replica.GetRegister<decimal>("price").Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [MemberData(nameof(EqualDecimals))]
    public void Decimals_that_are_equal_are_one_key(decimal one, decimal other)
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<decimal, int>("prices"));
        cluster.WhileSplit(() =>
        {
            cluster.On(0).GetMap<decimal, int>("prices").Set(one, 1);
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
            cluster.On(1).GetMap<decimal, int>("prices").Set(other, 2);
        });
        Assert.All(cluster.Replicas, r => Assert.Equal([2], r.Replica.GetMap<decimal, int>("prices").Select(e => e.Value)));
    }

    [Fact]
    public void Text_round_trips() =>
        RoundTrip("", " ", "a", "\0", "naïve", "日本語", "👩‍👩‍👧‍👦", new string('x', 31), new string('x', 32), new string('y', 255), new string('z', 300));

    [Fact]
    public void Guids_round_trip() => RoundTrip(Guid.Empty, Guid.AllBitsSet, new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    [Fact]
    public void Replica_ids_round_trip() => RoundTrip(default, new ReplicaId(UInt128.MaxValue), new ReplicaId(7));

    [Fact]
    public void Times_of_every_type_round_trip()
    {
        RoundTrip(DateOnly.MinValue, new DateOnly(2024, 2, 29), DateOnly.MaxValue);
        RoundTrip(TimeOnly.MinValue, new TimeOnly(12, 34, 56, 789), TimeOnly.MaxValue);
        RoundTrip(TimeSpan.MinValue, TimeSpan.FromTicks(-1), TimeSpan.Zero, TimeSpan.MaxValue);
    }

    [Fact]
    public void Date_times_round_trip_with_their_kind()
    {
        DateTime[] values =
        [
            DateTime.MinValue,
            DateTime.MaxValue,
            new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            new(2026, 1, 2, 3, 4, 5, DateTimeKind.Local),
            new(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified),
        ];
        using var cluster = Replicated(values);
        var there = cluster.On(1).GetMap<int, DateTime>("values");
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(there.TryGetValue(i, out var value));
            Assert.Equal((values[i], values[i].Kind), (value, value.Kind));
        }

        // Keys are equal as .NET says: by their ticks.
        Assert.Equal(values.ToHashSet(), cluster.On(1).GetMap<DateTime, int>("keys").Select(e => e.Key).ToHashSet());
        Assert.Equal(3, cluster.On(1).GetMap<DateTime, int>("keys").Count);
    }

    [Fact]
    public void Date_times_with_an_offset_round_trip_with_the_offset()
    {
        DateTimeOffset[] values =
        [
            DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue,
            new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            new(2026, 1, 2, 4, 4, 5, TimeSpan.FromHours(1)),
            new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-14)),
            new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(14)),
        ];
        using var cluster = Replicated(values);
        var there = cluster.On(1).GetMap<int, DateTimeOffset>("values");
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(there.TryGetValue(i, out var value));
            Assert.True(value.EqualsExact(values[i]));
        }

        // Keys are equal as .NET says: by the instant.
        Assert.Equal(values.ToHashSet(), cluster.On(1).GetMap<DateTimeOffset, int>("keys").Select(e => e.Key).ToHashSet());
        Assert.Equal(values.Length - 1, cluster.On(1).GetMap<DateTimeOffset, int>("keys").Count);
    }

    [Fact]
    public void Enums_of_every_width_round_trip_also_with_values_that_have_no_name()
    {
        RoundTrip(Signed8.Least, Signed8.Zero, Signed8.Most, (Signed8)5);
        RoundTrip(Unsigned8.Zero, Unsigned8.Most, (Unsigned8)200);
        RoundTrip(Signed16.Least, Signed16.Zero, Signed16.Most, (Signed16)5);
        RoundTrip(Unsigned16.Zero, Unsigned16.Most, (Unsigned16)40_000);
        RoundTrip(Signed32.Least, Signed32.Zero, Signed32.Most, (Signed32)5);
        RoundTrip(Unsigned32.Zero, Unsigned32.Most, (Unsigned32)3_000_000_000);
        RoundTrip(Signed64.Least, Signed64.Zero, Signed64.Most, (Signed64)5);
        RoundTrip(Unsigned64.Zero, Unsigned64.Most, (Unsigned64)(1UL << 63));
    }

    [Fact]
    public void Byte_arrays_round_trip()
    {
        byte[][] values = [[], [0], [0xC0, 0xFF], new byte[255], new byte[256]];
        using var cluster = Replicated(values);
        var there = cluster.On(1).GetMap<int, byte[]>("values");
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(there.TryGetValue(i, out var value));
            Assert.Equal(values[i], value);
            Assert.True(cluster.On(1).GetMap<byte[], int>("keys").TryGetValue(values[i], out var number));
            Assert.Equal(i, number);
            Assert.True(cluster.On(1).GetSet<byte[]>("set").Contains(values[i]));
        }
    }

    [Fact]
    public void A_large_value_travels_in_parts()
    {
        var value = new byte[3_000_000];
        new Random(1).NextBytes(value);
        using var cluster = Simulated.Cluster(2, b => b.AddRegister<byte[]>("blob"));
        cluster.On(0).GetRegister<byte[]>("blob").Set(value);
        cluster.RunUntilConverged();
        Assert.Equal(value, cluster.On(1).GetRegister<byte[]>("blob").Value);
    }

    /// <summary>Checks values, keys, elements and multi-values of one type on a second replica. The values must differ.</summary>
    private static void RoundTrip<T>(params T[] values)
        where T : notnull
    {
        using var cluster = Replicated(values);
        var there = cluster.On(1);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(there.GetMap<int, T>("values").TryGetValue(i, out var value));
            Assert.Equal(values[i], value);
            Assert.True(there.GetMap<T, int>("keys").TryGetValue(values[i], out var number));
            Assert.Equal(i, number);
            Assert.True(there.GetSet<T>("set").Contains(values[i]));
        }

        Assert.Equal(values.ToHashSet(), there.GetMap<T, int>("keys").Select(e => e.Key).ToHashSet());
        Assert.Equal(values.ToHashSet(), there.GetSet<T>("set").ToHashSet());
        Assert.Equal(values[^1], there.GetRegister<T>("register").Value);
        Assert.Equal([values[^1]], there.GetMultiValueRegister<T>("multi").Values);
        Assert.Equal([values[^1]], there.GetPresence<T>("presence").Values.Values);
    }

    private static Testing.SimulatedCluster Replicated<T>(T[] values)
        where T : notnull
    {
        var cluster = Simulated.Cluster(2, b => b.AddMap<int, T>("values").AddMap<T, int>("keys").AddSet<T>("set")
            .AddRegister<T>("register").AddMultiValueRegister<T>("multi").AddPresence<T>("presence"));
        var here = cluster.On(0);
        for (var i = 0; i < values.Length; i++)
        {
            here.GetMap<int, T>("values").Set(i, values[i]);
            here.GetMap<T, int>("keys").Set(values[i], i);
            here.GetSet<T>("set").Add(values[i]);
        }

        here.GetRegister<T>("register").Set(values[^1]);
        here.GetMultiValueRegister<T>("multi").Set(values[^1]);
        here.GetPresence<T>("presence").Set(values[^1]);
        cluster.RunUntilConverged();
        return cluster;
    }
}
