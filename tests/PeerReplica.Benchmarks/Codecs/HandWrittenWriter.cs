using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Benchmarks.Codecs;

/// <summary>The writer that the package's took the place of, for comparison: each value goes through the buffer's interface.</summary>
internal static class HandWrittenWriter
{
    public static void WriteNil(this IBufferWriter<byte> output) => WriteCode(output, MessagePackCode.Nil);

    public static void WriteUInt(this IBufferWriter<byte> output, ulong value)
    {
        switch (value)
        {
            case < 0x80:
                WriteCode(output, (byte)value);
                break;
            case <= byte.MaxValue:
                Write8(output, MessagePackCode.UInt8, (byte)value);
                break;
            case <= ushort.MaxValue:
                Write16(output, MessagePackCode.UInt16, (ushort)value);
                break;
            case <= uint.MaxValue:
                Write32(output, MessagePackCode.UInt32, (uint)value);
                break;
            default:
                Write64(output, MessagePackCode.UInt64, value);
                break;
        }
    }

    public static void WriteInt(this IBufferWriter<byte> output, long value)
    {
        switch (value)
        {
            case >= 0:
                WriteUInt(output, (ulong)value);
                break;
            case >= -32:
                WriteCode(output, (byte)value);
                break;
            case >= sbyte.MinValue:
                Write8(output, MessagePackCode.Int8, (byte)value);
                break;
            case >= short.MinValue:
                Write16(output, MessagePackCode.Int16, (ushort)value);
                break;
            case >= int.MinValue:
                Write32(output, MessagePackCode.Int32, (uint)value);
                break;
            default:
                Write64(output, MessagePackCode.Int64, (ulong)value);
                break;
        }
    }

    /// <summary>Writes a string as UTF-8.</summary>
    /// <exception cref="EncoderFallbackException">It holds a surrogate without its partner.</exception>
    public static void WriteString(this IBufferWriter<byte> output, ReadOnlySpan<char> value)
    {
        var length = StrictUtf8.Encoding.GetByteCount(value);
        WriteStringHeader(output, length);
        var span = output.GetSpan(length);
        output.Advance(StrictUtf8.Encoding.GetBytes(value, span));
    }

    public static void WriteBinary(this IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        WriteBinaryHeader(output, bytes.Length);
        output.Write(bytes);
    }

    public static void WriteBinaryHeader(this IBufferWriter<byte> output, int length)
    {
        if (length <= byte.MaxValue) Write8(output, MessagePackCode.Bin8, (byte)length);
        else if (length <= ushort.MaxValue) Write16(output, MessagePackCode.Bin16, (ushort)length);
        else Write32(output, MessagePackCode.Bin32, (uint)length);
    }

    public static void WriteArrayHeader(this IBufferWriter<byte> output, int count)
    {
        if (count < 16) WriteCode(output, (byte)(MessagePackCode.MinFixArray | count));
        else if (count <= ushort.MaxValue) Write16(output, MessagePackCode.Array16, (ushort)count);
        else Write32(output, MessagePackCode.Array32, (uint)count);
    }

    private static void WriteStringHeader(IBufferWriter<byte> output, int length)
    {
        if (length < 32) WriteCode(output, (byte)(MessagePackCode.MinFixStr | length));
        else if (length <= byte.MaxValue) Write8(output, MessagePackCode.Str8, (byte)length);
        else if (length <= ushort.MaxValue) Write16(output, MessagePackCode.Str16, (ushort)length);
        else Write32(output, MessagePackCode.Str32, (uint)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteCode(IBufferWriter<byte> output, byte code)
    {
        output.GetSpan(1)[0] = code;
        output.Advance(1);
    }

    private static void Write8(IBufferWriter<byte> output, byte code, byte value)
    {
        var span = output.GetSpan(2);
        span[0] = code;
        span[1] = value;
        output.Advance(2);
    }

    private static void Write16(IBufferWriter<byte> output, byte code, ushort value)
    {
        var span = output.GetSpan(3);
        span[0] = code;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], value);
        output.Advance(3);
    }

    private static void Write32(IBufferWriter<byte> output, byte code, uint value)
    {
        var span = output.GetSpan(5);
        span[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], value);
        output.Advance(5);
    }

    private static void Write64(IBufferWriter<byte> output, byte code, ulong value)
    {
        var span = output.GetSpan(9);
        span[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
        output.Advance(9);
    }
}
