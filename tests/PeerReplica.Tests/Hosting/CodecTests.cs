using PeerReplica.Hosting.Codecs;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hosting;

/// <summary>What arrives is checked without being decoded: the check must accept just what decoding accepts.</summary>
public class CodecTests
{
    private const int Rounds = 3_000;

    private enum Narrow : byte
    {
        First,
    }

    private enum Wide : long
    {
        First,
    }

    [Fact]
    public void A_native_codec_can_decode_exactly_what_it_decodes()
    {
        Check(true, false);
        Check((sbyte)-1, sbyte.MaxValue);
        Check((byte)0, byte.MaxValue);
        Check((short)-1, short.MinValue);
        Check((ushort)0, ushort.MaxValue);
        Check(-1, int.MaxValue, int.MinValue);
        Check(0u, uint.MaxValue);
        Check(0L, 1, -33, long.MinValue, long.MaxValue);
        Check(0UL, ulong.MaxValue);
        Check(0f, float.NaN, 1.5f);
        Check(0d, double.NaN, 1.5);
        Check('\0', 'x', '\uFFFF');
        Check("", "key", "Zürich", "\U0001F600", new string('x', 40), new string('ü', 200));
        Check<byte[]>([], [1, 2, 3], new byte[300]);
        Check(Guid.Empty, new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]));
        Check(default, new ReplicaId(UInt128.MaxValue));
        Check(0m, 1.00m, decimal.MinValue);
        Check(TimeSpan.Zero, TimeSpan.MinValue);
        Check(DateTime.UnixEpoch, DateTime.MaxValue);
        Check(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        Check(DateOnly.MinValue, DateOnly.MaxValue);
        Check(TimeOnly.MinValue, TimeOnly.MaxValue);
        Check(Narrow.First);
        Check(Wide.First);
    }

    [Fact]
    public void Checking_a_key_allocates_nothing()
    {
        Assert.Equal(0, AllocatedByChecking("a key of some length"));
        Assert.Equal(0, AllocatedByChecking(new byte[100]));
        Assert.Equal(0, AllocatedByChecking(1.5m));
    }

    private static long AllocatedByChecking<T>(T value)
    {
        var codec = ValueCodecs.ForKey<T>(new SystemTextJsonReplicaSerializer(), "o");
        var bytes = Encode(codec, value);
        Assert.True(codec.CanDecode(bytes));
        return Allocations.Least(() =>
        {
            for (var i = 0; i < 100; i++) codec.CanDecode(bytes);
        });
    }

    private static void Check<T>(params T[] values)
    {
        var serializer = new SystemTextJsonReplicaSerializer();
        ValueCodec<T>[] codecs = [ValueCodecs.For<T>(serializer, "o"), ValueCodecs.ForKey<T>(serializer, "o")];
        var random = new Random(1);
        foreach (var codec in codecs)
        {
            Assert.True(codec.IsNative);
            foreach (var value in values)
            {
                var bytes = Encode(codec, value);
                Assert.True(codec.CanDecode(bytes));
                for (var i = 0; i < Rounds / values.Length; i++) Compare(codec, Mutated(bytes, random));
            }

            for (var i = 0; i < Rounds; i++) Compare(codec, Drawn(random));
        }
    }

    private static void Compare<T>(ValueCodec<T> codec, byte[] bytes) =>
        Assert.True(codec.CanDecode(bytes) == codec.TryDecode(bytes, out _), $"{typeof(T)} by {codec.Name}: {Convert.ToHexString(bytes)}");

    private static byte[] Encode<T>(ValueCodec<T> codec, T value)
    {
        var output = new FrameBuffer();
        codec.Encode(value, output);
        return output.Written.ToArray();
    }

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        var mutated = new List<byte>(bytes);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(mutated.Count + 1);
            switch (random.Next(3))
            {
                case 0:
                    mutated.Insert(at, (byte)random.Next(256));
                    break;
                case 1 when at < mutated.Count:
                    mutated.RemoveAt(at);
                    break;
                default:
                    if (at < mutated.Count) mutated[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(mutated[at] ^ (1 << random.Next(8)));
                    break;
            }
        }

        return [.. mutated];
    }

    private static byte[] Drawn(Random random)
    {
        var bytes = new byte[random.Next(24)];
        random.NextBytes(bytes);

        // As often as not a text or a blob of about the right length, whose content is drawn.
        if (bytes.Length > 2 && random.Next(2) == 0) bytes[0] = random.Next(2) == 0 ? (byte)(0xA0 | (bytes.Length - 1)) : (byte)0xC4;
        if (bytes.Length > 2 && bytes[0] == 0xC4) bytes[1] = (byte)(bytes.Length - random.Next(1, 4));
        return bytes;
    }
}
