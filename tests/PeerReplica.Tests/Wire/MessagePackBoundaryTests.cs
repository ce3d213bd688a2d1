using System.Buffers;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>Each type at each of the specification's boundaries: round trip, and the smallest form.</summary>
public sealed class MessagePackBoundaryTests
{
    /// <summary>Value, first byte, encoded length.</summary>
    public static TheoryData<ulong, byte, int> NonNegative => new()
    {
        { 0, 0x00, 1 },
        { 1, 0x01, 1 },
        { 0x7F, 0x7F, 1 },
        { 0x80, 0xCC, 2 },
        { 0xFF, 0xCC, 2 },
        { 0x100, 0xCD, 3 },
        { 0xFFFF, 0xCD, 3 },
        { 0x1_0000, 0xCE, 5 },
        { 0xFFFF_FFFF, 0xCE, 5 },
        { 0x1_0000_0000, 0xCF, 9 },
        { long.MaxValue, 0xCF, 9 },
        { 0x8000_0000_0000_0000, 0xCF, 9 },
        { ulong.MaxValue, 0xCF, 9 },
    };

    public static TheoryData<long, byte, int> OfBothSigns => new()
    {
        { 0, 0x00, 1 },
        { 0x7F, 0x7F, 1 },
        { 0x80, 0xCC, 2 },
        { 0x100, 0xCD, 3 },
        { 0x1_0000, 0xCE, 5 },
        { 0x1_0000_0000, 0xCF, 9 },
        { long.MaxValue, 0xCF, 9 },
        { -1, 0xFF, 1 },
        { -32, 0xE0, 1 },
        { -33, 0xD0, 2 },
        { -128, 0xD0, 2 },
        { -129, 0xD1, 3 },
        { -32768, 0xD1, 3 },
        { -32769, 0xD2, 5 },
        { int.MinValue, 0xD2, 5 },
        { int.MinValue - 1L, 0xD3, 9 },
        { long.MinValue, 0xD3, 9 },
    };

    /// <summary>Length, first byte, header length.</summary>
    public static TheoryData<int, byte, int> Strings => new()
    {
        { 0, 0xA0, 1 },
        { 1, 0xA1, 1 },
        { 31, 0xBF, 1 },
        { 32, 0xD9, 2 },
        { 255, 0xD9, 2 },
        { 256, 0xDA, 3 },
        { 65535, 0xDA, 3 },
        { 65536, 0xDB, 5 },
    };

    public static TheoryData<int, byte, int> Binaries => new()
    {
        { 0, 0xC4, 2 },
        { 31, 0xC4, 2 },
        { 32, 0xC4, 2 },
        { 255, 0xC4, 2 },
        { 256, 0xC5, 3 },
        { 65535, 0xC5, 3 },
        { 65536, 0xC6, 5 },
    };

    public static TheoryData<int, byte, int> Arrays => new()
    {
        { 0, 0x90, 1 },
        { 15, 0x9F, 1 },
        { 16, 0xDC, 3 },
        { 31, 0xDC, 3 },
        { 32, 0xDC, 3 },
        { 255, 0xDC, 3 },
        { 256, 0xDC, 3 },
        { 65535, 0xDC, 3 },
        { 65536, 0xDD, 5 },
    };

    [Theory]
    [MemberData(nameof(NonNegative))]
    public void Unsigned_integer_is_written_in_its_smallest_form_and_read_back(ulong value, byte code, int length)
    {
        var bytes = Written(o => o.WriteUInt(value));
        Assert.Equal(code, bytes[0]);
        Assert.Equal(length, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadUInt(out var read));
        Assert.Equal(value, read);
        Assert.True(reader.End);
    }

    [Theory]
    [MemberData(nameof(OfBothSigns))]
    public void Signed_integer_is_written_in_its_smallest_form_and_read_back(long value, byte code, int length)
    {
        var bytes = Written(o => o.WriteInt(value));
        Assert.Equal(code, bytes[0]);
        Assert.Equal(length, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadInt(out var read));
        Assert.Equal(value, read);
        Assert.True(reader.End);
    }

    [Theory]
    [MemberData(nameof(Strings))]
    public void String_is_written_in_its_smallest_form_and_read_back(int length, byte code, int header)
    {
        var text = string.Create(length, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 26));
        });
        var bytes = Written(o => o.WriteText(text));
        Assert.Equal(code, bytes[0]);
        Assert.Equal(header + length, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadString(out var read));
        Assert.Equal(text, read);
        Assert.True(reader.End);
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void Binary_is_written_in_its_smallest_form_and_read_back(int length, byte code, int header)
    {
        var value = new byte[length];
        for (var i = 0; i < length; i++) value[i] = (byte)(i * 7);
        var bytes = Written(o => o.WriteBinary(value));
        Assert.Equal(code, bytes[0]);
        Assert.Equal(header + length, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadBinary(out var read));
        Assert.Equal(value, read.ToArray());
        Assert.True(reader.End);
    }

    [Theory]
    [MemberData(nameof(Arrays))]
    public void Array_header_is_written_in_its_smallest_form_and_read_back(int count, byte code, int header)
    {
        var bytes = Written(o =>
        {
            o.WriteArrayHeader(count);
            for (var i = 0; i < count; i++) o.WriteNil();
        });
        Assert.Equal(code, bytes[0]);
        Assert.Equal(header + count, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadArrayHeader(out var read));
        Assert.Equal(count, read);
        for (var i = 0; i < count; i++) Assert.True(reader.TryReadNil());
        Assert.True(reader.End);
    }

    [Fact]
    public void Text_beyond_ascii_counts_in_bytes()
    {
        var text = new string('é', 16); // 32 bytes: past fixstr.
        var bytes = Written(o => o.WriteText(text));
        Assert.Equal(0xD9, bytes[0]);
        Assert.Equal(32, bytes[1]);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadString(out var read));
        Assert.Equal(text, read);
    }

    [Theory]
    [InlineData(0x0000_0000u)]
    [InlineData(0x8000_0000u)]
    [InlineData(0x3FC0_0000u)]
    [InlineData(0x0000_0001u)]
    [InlineData(0x7F7F_FFFFu)]
    [InlineData(0xFF80_0000u)]
    [InlineData(0x7FC0_0001u)]
    public void Single_keeps_its_bits(uint bits)
    {
        var value = BitConverter.UInt32BitsToSingle(bits);
        var bytes = Written(o => o.WriteSingle(value));
        Assert.Equal(0xCA, bytes[0]);
        Assert.Equal(5, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadSingle(out var read));
        Assert.Equal(bits, BitConverter.SingleToUInt32Bits(read));
        Assert.True(reader.End);
    }

    [Theory]
    [InlineData(0x0000_0000_0000_0000ul)]
    [InlineData(0x8000_0000_0000_0000ul)]
    [InlineData(0x4009_21FB_5444_2D18ul)]
    [InlineData(0x0000_0000_0000_0001ul)]
    [InlineData(0xFFEF_FFFF_FFFF_FFFFul)]
    [InlineData(0x7FF0_0000_0000_0000ul)]
    [InlineData(0xFFF8_0000_0000_0001ul)]
    public void Double_keeps_its_bits(ulong bits)
    {
        var value = BitConverter.UInt64BitsToDouble(bits);
        var bytes = Written(o => o.WriteDouble(value));
        Assert.Equal(0xCB, bytes[0]);
        Assert.Equal(9, bytes.Length);
        var reader = new SpanReader(bytes);
        Assert.True(reader.TryReadDouble(out var read));
        Assert.Equal(bits, BitConverter.DoubleToUInt64Bits(read));
        Assert.True(reader.End);
    }

    [Fact]
    public void Nil_and_bool_are_one_byte_each()
    {
        Assert.Equal([0xC0], Written(o => o.WriteNil()));
        Assert.Equal([0xC2], Written(o => o.WriteBool(false)));
        Assert.Equal([0xC3], Written(o => o.WriteBool(true)));
        var reader = new SpanReader([0xC0, 0xC2, 0xC3]);
        Assert.True(reader.TryReadNil());
        Assert.True(reader.TryReadBool(out var no));
        Assert.True(reader.TryReadBool(out var yes));
        Assert.False(no);
        Assert.True(yes);
        Assert.True(reader.End);
    }

    [Fact]
    public void Wider_forms_than_needed_are_read()
    {
        byte[][] fives =
        [
            [0xCC, 5], [0xCD, 0, 5], [0xCE, 0, 0, 0, 5], [0xCF, 0, 0, 0, 0, 0, 0, 0, 5],
            [0xD0, 5], [0xD1, 0, 5], [0xD2, 0, 0, 0, 5], [0xD3, 0, 0, 0, 0, 0, 0, 0, 5],
        ];
        foreach (var bytes in fives)
        {
            var unsigned = new SpanReader(bytes);
            Assert.True(unsigned.TryReadUInt(out var u) && u == 5 && unsigned.End);
            var signed = new SpanReader(bytes);
            Assert.True(signed.TryReadInt(out var s) && s == 5 && signed.End);
        }
    }

    [Fact]
    public void Sign_is_extended_from_every_width()
    {
        byte[][] minusOnes =
        [
            [0xFF], [0xD0, 0xFF], [0xD1, 0xFF, 0xFF], [0xD2, 0xFF, 0xFF, 0xFF, 0xFF],
            [0xD3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ];
        foreach (var bytes in minusOnes)
        {
            var reader = new SpanReader(bytes);
            Assert.True(reader.TryReadInt(out var read) && read == -1 && reader.End);
            var unsigned = new SpanReader(bytes);
            Assert.False(unsigned.TryReadUInt(out _));
        }
    }

    internal static byte[] Written(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
