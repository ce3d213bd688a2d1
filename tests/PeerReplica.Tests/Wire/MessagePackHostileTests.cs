using System.Buffers;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>What the reader refuses, and that refusing costs nothing.</summary>
public sealed class MessagePackHostileTests
{
    /// <summary>One value of every type that the writer knows, at both ends of its lengths.</summary>
    private static readonly byte[][] s_values = [.. Values()];

    private static IEnumerable<byte[]> Values()
    {
        foreach (var value in new[] { 0UL, 0x80UL, 0x100UL, 0x1_0000UL, 0x1_0000_0000UL })
            yield return MessagePackBoundaryTests.Written(o => o.WriteUInt(value));
        foreach (var value in new[] { -1L, -33L, -129L, -32769L, int.MinValue - 1L })
            yield return MessagePackBoundaryTests.Written(o => o.WriteInt(value));
        foreach (var length in new[] { 1, 31, 32, 255, 256, 65535, 65536 })
        {
            yield return MessagePackBoundaryTests.Written(o => o.WriteText(new string('x', length)));
            yield return MessagePackBoundaryTests.Written(o => o.WriteBinary(new byte[length]));
            yield return MessagePackBoundaryTests.Written(o =>
            {
                o.WriteArrayHeader(length);
                for (var i = 0; i < length; i++) o.WriteBool(true);
            });
        }

        yield return MessagePackBoundaryTests.Written(o => o.WriteSingle(1));
        yield return MessagePackBoundaryTests.Written(o => o.WriteDouble(1));
        yield return MessagePackBoundaryTests.Written(o => o.WriteNil());
        yield return MessagePackBoundaryTests.Written(o => o.WriteBool(true));
    }

    [Fact]
    public void Every_truncation_of_every_value_is_refused()
    {
        foreach (var value in s_values)
        {
            // Long values: every cut in the header, then a few in the body.
            var cuts = Enumerable.Range(0, Math.Min(value.Length, 12)).Append(value.Length / 2).Append(value.Length - 1);
            foreach (var cut in cuts.Where(c => c < value.Length))
            {
                var reader = new SpanReader(value.AsSpan(0, cut));
                Assert.False(reader.TrySkip(), $"{value[0]:x2} cut to {cut} of {value.Length}");
            }

            var whole = new SpanReader(value);
            Assert.True(whole.TryReadRaw(out var raw));
            Assert.Equal(value.Length, raw.Length);
            Assert.True(whole.End);
        }
    }

    [Fact]
    public void Typed_reads_refuse_truncation_too()
    {
        foreach (var value in s_values)
        {
            for (var cut = 0; cut < Math.Min(value.Length, 12); cut++)
            {
                var part = value.AsSpan(0, cut);
                var isArray = value[0] is (>= 0x90 and < 0xA0) or 0xDC or 0xDD;
                if (isArray)
                {
                    var array = new SpanReader(part);
                    Assert.False(array.TryReadArrayHeader(out _));
                    continue;
                }

                Assert.Equal(0, Accepting(part));
            }

            Assert.NotEqual(0, Accepting(value));
        }
    }

    [Fact]
    public void Trailing_bytes_are_left_and_show()
    {
        foreach (var value in s_values)
        {
            var reader = new SpanReader([.. value, 0xC0]);
            Assert.True(reader.TryReadRaw(out var raw));
            Assert.Equal(value, raw.ToArray());
            Assert.False(reader.End);
            Assert.Equal(1, reader.Remaining);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC4, 0xFF })]
    [InlineData(new byte[] { 0xC5, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xC6, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xC6, 0x7F, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xBF })]
    [InlineData(new byte[] { 0xD9, 0xFF })]
    [InlineData(new byte[] { 0xDA, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xDB, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xDB, 0x80, 0x00, 0x00, 0x00 })]
    [InlineData(new byte[] { 0x9F })]
    [InlineData(new byte[] { 0xDC, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xDD, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x8F })]
    [InlineData(new byte[] { 0xDE, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xDF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xC7, 0xFF, 0x01 })]
    [InlineData(new byte[] { 0xC8, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 0xD8, 0x01 })]
    public void Length_that_the_input_does_not_hold_is_refused_and_allocates_nothing(byte[] input)
    {
        // A few bytes follow, so that it is the length that is refused and not the end of the input.
        byte[] padded = [.. input, 1, 2, 3];
        Assert.Equal(0, Accepting(padded));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var accepted = Accepting(padded);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, accepted);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Vector_and_links_with_oversized_counts_allocate_nothing()
    {
        byte[] vector = [0xDD, 0, 0, 0x10, 0, .. new byte[0x1000]];
        Assert.True(AllocatedByVectorAndLinks(vector, [0x92, (byte)MessageType.Links, .. vector]) >= 0);
        Assert.Equal(0, AllocatedByVectorAndLinks(vector, [0x92, (byte)MessageType.Links, .. vector]));
    }

    [Fact]
    public void Wrong_type_is_refused_by_every_read()
    {
        foreach (var value in s_values)
        {
            // A value is read by the methods of its own type and by no other.
            var expected = value[0] switch
            {
                < 0x80 or (>= 0xCC and <= 0xCF) => 0b0000_0011,
                >= 0xE0 or (>= 0xD0 and <= 0xD3) => 0b0000_0010,
                0xC0 => 0b0000_0100,
                0xC2 or 0xC3 => 0b0000_1000,
                0xCA => 0b0001_0000,
                0xCB => 0b0010_0000,
                >= 0xC4 and <= 0xC6 => 0b0100_0000,
                (>= 0xA0 and < 0xC0) or (>= 0xD9 and <= 0xDB) => 0b1000_0000,
                _ => 0b1_0000_0000,
            };
            Assert.Equal(expected, TypesAccepting(value));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xA1, 0xFF })]
    [InlineData(new byte[] { 0xA2, 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xA3, 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xA1, 0xC3 })]
    public void String_that_is_not_utf8_is_refused(byte[] input)
    {
        var reader = new SpanReader(input);
        Assert.False(reader.TryReadUtf8(out _));
        reader = new SpanReader(input);
        Assert.False(reader.TryReadString(out _));
    }

    [Fact]
    public void Nesting_deeper_than_64_is_refused_and_up_to_63_is_passed_over()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 63), 0xC0];
        var reader = new SpanReader(deep);
        Assert.True(reader.TrySkip());
        Assert.True(reader.End);
        byte[] deeper = [.. Enumerable.Repeat((byte)0x91, 64), 0xC0];
        reader = new SpanReader(deeper);
        Assert.False(reader.TrySkip());
    }

    [Fact]
    public void Each_read_takes_the_codes_of_its_type_alone()
    {
        // Zeros after the code are a length, a number or content that fits every type.
        var bytes = new byte[64];
        for (var code = 0; code < 256; code++)
        {
            bytes[0] = (byte)code;
            Assert.Equal(code is 0xC0, new SpanReader(bytes).TryReadNil());
            Assert.Equal(code is 0xC2 or 0xC3, new SpanReader(bytes).TryReadBool(out _));
            Assert.Equal(code is 0xC4 or 0xC5 or 0xC6, new SpanReader(bytes).TryReadBinary(out _));
            Assert.Equal(code is 0xCA, new SpanReader(bytes).TryReadSingle(out _));
            Assert.Equal(code is 0xCB, new SpanReader(bytes).TryReadDouble(out _));
            Assert.Equal(code is (>= 0xA0 and <= 0xBF) or 0xD9 or 0xDA or 0xDB, new SpanReader(bytes).TryReadUtf8(out _));
            Assert.Equal(code is (>= 0x90 and <= 0x9F) or 0xDC or 0xDD, new SpanReader(bytes).TryReadArrayHeader(out _));
            Assert.Equal(code is <= 0x7F or (>= 0xCC and <= 0xCF) or (>= 0xD0 and <= 0xD3), new SpanReader(bytes).TryReadUInt(out _));
            Assert.Equal(code is <= 0x7F or >= 0xE0 or (>= 0xCC and <= 0xCF) or (>= 0xD0 and <= 0xD3), new SpanReader(bytes).TryReadInt(out _));
        }
    }

    [Fact]
    public void The_unused_code_begins_no_value()
    {
        var reader = new SpanReader([0xC1]);
        Assert.False(reader.TrySkip());
        Assert.Equal(0, Accepting([0xC1]));
    }

    [Fact]
    public void Every_value_of_the_specification_is_passed_over_whole()
    {
        byte[][] others =
        [
            [0x81, 0xA1, 0x61, 0x01], [0xDE, 0, 1, 0xC0, 0xC0], [0xDF, 0, 0, 0, 1, 0xC0, 0xC0],
            [0xD4, 1, 9], [0xD5, 1, 9, 9], [0xD6, 1, 9, 9, 9, 9], [0xD7, 1, .. new byte[8]], [0xD8, 1, .. new byte[16]],
            [0xC7, 0, 1], [0xC7, 3, 1, 9, 9, 9], [0xC8, 0, 2, 1, 9, 9], [0xC9, 0, 0, 0, 1, 1, 9],
        ];
        foreach (var bytes in others)
        {
            var reader = new SpanReader(bytes);
            Assert.True(reader.TrySkip() && reader.End, Convert.ToHexString(bytes));
            for (var cut = 0; cut < bytes.Length; cut++)
            {
                var part = new SpanReader(bytes.AsSpan(0, cut));
                Assert.False(part.TrySkip(), $"{Convert.ToHexString(bytes)} cut to {cut}");
            }
        }
    }

    [Fact]
    public void Numbers_past_31_bits_are_no_int()
    {
        var reader = new SpanReader([0xCE, 0x7F, 0xFF, 0xFF, 0xFF]);
        Assert.True(reader.TryReadUInt32(out var most));
        Assert.Equal(int.MaxValue, most);
        reader = new SpanReader([0xCE, 0x80, 0, 0, 0]);
        Assert.False(reader.TryReadUInt32(out _));
        reader = new SpanReader([0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0]);
        Assert.False(reader.TryReadInt(out _));
    }

    [Fact]
    public void Lone_surrogate_is_not_written()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.ThrowsAny<ArgumentException>(() => output.WriteText("\uD800"));
    }

    private static long AllocatedByVectorAndLinks(byte[] bytes, byte[] frame)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new SpanReader(bytes);
        var vector = reader.ReadVector();
        var links = ControlReader.ReadLinks(frame);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Null(vector);
        Assert.Null(links);
        return allocated;
    }

    /// <summary>Which reads take the whole input as one value; an array counts when its header is taken.</summary>
    private static int Accepting(ReadOnlySpan<byte> input)
    {
        var skipped = new SpanReader(input);
        return TypesAccepting(input) | (skipped.TrySkip() ? 1 << 10 : 0);
    }

    private static int TypesAccepting(ReadOnlySpan<byte> input)
    {
        var accepting = 0;
        var reader = new SpanReader(input);
        if (reader.TryReadUInt(out _)) accepting |= 1;
        reader = new SpanReader(input);
        if (reader.TryReadInt(out _)) accepting |= 1 << 1;
        reader = new SpanReader(input);
        if (reader.TryReadNil()) accepting |= 1 << 2;
        reader = new SpanReader(input);
        if (reader.TryReadBool(out _)) accepting |= 1 << 3;
        reader = new SpanReader(input);
        if (reader.TryReadSingle(out _)) accepting |= 1 << 4;
        reader = new SpanReader(input);
        if (reader.TryReadDouble(out _)) accepting |= 1 << 5;
        reader = new SpanReader(input);
        if (reader.TryReadBinary(out _)) accepting |= 1 << 6;
        reader = new SpanReader(input);
        if (reader.TryReadUtf8(out _)) accepting |= 1 << 7;
        reader = new SpanReader(input);
        if (reader.TryReadArrayHeader(out _)) accepting |= 1 << 8;
        return accepting;
    }
}
