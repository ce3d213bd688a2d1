using System.Buffers.Binary;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>The library's own reader takes what the MessagePack package takes, refuses what it refuses, and reads the same from it.</summary>
public sealed class SpanReaderDifferenceTests
{
    private static readonly int[] s_lengths = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 127, 128, 255, 256, 257, 32_767, 32_768, 65_535, 65_536];

    public static TheoryData<string> Goldens => [.. GoldenFrames.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Both_read_the_same_from_a_golden_and_from_each_of_its_beginnings(string name)
    {
        var frame = GoldenFrames.All.Single(f => f.Name == name).Encode();
        Assert.True(Reading.BySpan(frame).IsValue);
        for (var length = frame.Length; length >= 0; length--) AssertSame(frame[..length]);
        if (GoldenTests.FieldsOf(frame) is var reader && MessageReader.TryReadData(ref reader, out _, out var body)) AssertSameStream(body.ToArray());
    }

    [Fact]
    public void Both_read_the_same_from_every_integer_at_every_boundary_in_every_width()
    {
        ulong[] magnitudes = [0, 1, 31, 32, 33, 0x7F, 0x80, 0x81, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, int.MaxValue, 0x8000_0000, uint.MaxValue, 0x1_0000_0000, long.MaxValue, 0x8000_0000_0000_0000, ulong.MaxValue];
        foreach (var bits in magnitudes.Concat(magnitudes.Select(m => 0 - m)))
        {
            for (var code = 0; code < 4; code++)
            {
                AssertSameWithCuts(Wide((byte)(0xCC + code), bits, 1 << code));
                AssertSameWithCuts(Wide((byte)(0xD0 + code), bits, 1 << code));

                // As a field of a message, where it must not be negative.
                AssertSame([0x97, (byte)MessageType.Heartbeat, .. Wide((byte)(0xCC + code), bits, 1 << code), 0, 0, 0, 0, 0]);
                AssertSame([0x97, (byte)MessageType.Heartbeat, .. Wide((byte)(0xD0 + code), bits, 1 << code), 0, 0, 0, 0, 0]);
            }

            AssertSame([(byte)bits]);
        }
    }

    [Fact]
    public void Both_read_the_same_from_every_header_at_every_boundary()
    {
        foreach (var length in s_lengths)
        {
            foreach (var header in Headers(length)) AssertSameWithCuts([.. header.Head, .. header.Content], header.Head.Length + 2);
        }
    }

    [Fact]
    public void Both_read_the_same_from_every_pair_of_first_bytes()
    {
        for (var pair = 0; pair < 65_536; pair++) AssertSame([(byte)(pair >> 8), (byte)pair, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    /// <summary>Where the package is more lenient than the protocol: the messages that it reads are refused all the same.</summary>
    [Fact]
    public void Lengths_beyond_the_input_and_beyond_31_bits_are_refused_by_both()
    {
        foreach (var code in new byte[] { 0xC6, 0xC9, 0xDB, 0xDD, 0xDF })
        {
            foreach (var length in new uint[] { 21, int.MaxValue, 0x8000_0000, uint.MaxValue })
            {
                byte[] bytes = [code, .. Big(length, 4), .. new byte[20]];
                AssertSame(bytes);
                Assert.False(Reading.BySpan(bytes).IsValue, $"{code:x2} of {length}");
            }
        }
    }

    internal static void AssertSame(byte[] bytes)
    {
        Assert.True(Reading.BySpan(bytes) == Reading.ByPackage(bytes), Shown(bytes));
        Assert.True(Reading.OfMessageBySpan(bytes) == Reading.OfMessageByPackage(bytes), Shown(bytes));
        var skipping = new SpanReader(bytes);
        if (Reading.BySpan(bytes).IsValue) Assert.True(skipping.TrySkip() && skipping.Position == Reading.BySpan(bytes).Consumed, Shown(bytes));
    }

    private static void AssertSameWithCuts(byte[] bytes, int cuts = int.MaxValue)
    {
        AssertSame(bytes);
        for (var length = Math.Min(bytes.Length - 1, cuts); length >= 0; length--) AssertSame(bytes[..length]);
        if (bytes.Length > 0) AssertSame(bytes[..^1]);
    }

    /// <summary>A transfer's body is a stream of values.</summary>
    private static void AssertSameStream(byte[] body)
    {
        while (body.Length > 0)
        {
            AssertSame(body);
            var reading = Reading.BySpan(body);
            Assert.True(reading.IsValue);
            body = body[(int)reading.Consumed..];
        }
    }

    private static IEnumerable<(byte[] Head, byte[] Content)> Headers(int length)
    {
        var bytes = Enumerable.Repeat((byte)'a', length).ToArray();
        for (var width = 0; width < 3; width++)
        {
            var size = Big((ulong)length, 1 << width);
            yield return ([(byte)(0xC4 + width), .. size], bytes);
            yield return ([(byte)(0xD9 + width), .. size], bytes);
            yield return ([(byte)(0xC7 + width), .. size, 5], bytes);
            if (width == 2) continue;
            var count = Big((ulong)length, 2 << width);
            yield return ([(byte)(0xDC + width), .. count], bytes);
            yield return ([(byte)(0xDE + width), .. count], [.. bytes, .. bytes]);
        }

        if (length < 32) yield return ([(byte)(0xA0 | length)], bytes);
        if (length < 16) yield return ([(byte)(0x90 | length)], bytes);
        if (length < 16) yield return ([(byte)(0x80 | length)], [.. bytes, .. bytes]);
        if (length is 1 or 2 or 4 or 8 or 16) yield return ([(byte)(0xD4 + int.Log2(length)), 5], bytes);
    }

    private static byte[] Wide(byte code, ulong bits, int size) => [code, .. Big(bits, size)];

    private static byte[] Big(ulong value, int size)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes[(8 - size)..];
    }

    private static string Shown(byte[] bytes) => $"the readers differ on {Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 200)))} ({bytes.Length} bytes)";
}
