using System.Buffers;
using System.Text;
using MessagePack;

namespace PeerReplica.Wire;

/// <summary>
/// The values of the protocol, written with <see cref="MessagePackWriter"/>: each in its smallest form, so that equal values have equal bytes.
/// A writer keeps what it wrote to itself until it is flushed; nothing else may write to its buffer before that.
/// </summary>
internal static class MessagePackWriting
{
    /// <summary>The longest text whose length goes into the first byte.</summary>
    private const int MaxFixStr = 31;

    public static void WriteUInt(this ref MessagePackWriter output, ulong value) => output.Write(value);

    public static void WriteInt(this ref MessagePackWriter output, long value) => output.Write(value);

    public static void WriteBool(this ref MessagePackWriter output, bool value) => output.Write(value);

    public static void WriteSingle(this ref MessagePackWriter output, float value) => output.Write(value);

    public static void WriteDouble(this ref MessagePackWriter output, double value) => output.Write(value);

    /// <summary>Writes text as UTF-8. The package's own method would replace a lone surrogate, so that two texts got equal bytes.</summary>
    /// <exception cref="EncoderFallbackException">The text holds a surrogate without its partner.</exception>
    public static void WriteText(this ref MessagePackWriter output, scoped ReadOnlySpan<char> value)
    {
        if (value.Length <= byte.MaxValue && TryWriteAscii(ref output, value)) return;
        var length = StrictUtf8.Encoding.GetByteCount(value);
        output.WriteStringHeader(length);
        output.Advance(StrictUtf8.Encoding.GetBytes(value, output.GetSpan(length)));
    }

    public static void WriteBinary(this ref MessagePackWriter output, scoped ReadOnlySpan<byte> bytes)
    {
        output.WriteBinHeader(bytes.Length);
        output.WriteEncoded(bytes);
    }

    /// <summary>Writes bytes that are MessagePack already, in one piece.</summary>
    public static void WriteEncoded(this ref MessagePackWriter output, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    /// <summary>Most keys are short ASCII text, whose encoded length is known before it is encoded: one pass instead of two.</summary>
    private static bool TryWriteAscii(ref MessagePackWriter output, scoped ReadOnlySpan<char> value)
    {
        var header = value.Length <= MaxFixStr ? 1 : 2;
        var span = output.GetSpan(header + value.Length);
        if (Ascii.FromUtf16(value, span[header..], out _) != OperationStatus.Done) return false;
        if (header == 1)
        {
            span[0] = (byte)(MessagePackCode.MinFixStr | value.Length);
        }
        else
        {
            span[0] = MessagePackCode.Str8;
            span[1] = (byte)value.Length;
        }

        output.Advance(header + value.Length);
        return true;
    }
}
