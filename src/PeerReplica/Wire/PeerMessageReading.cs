using System.Text.Unicode;
using MessagePack;

namespace PeerReplica.Wire;

/// <summary>
/// The values of the protocol, read with <see cref="MessagePackReader"/> from hostile bytes. False where a value is of another type or out of
/// range. The input must be well-formed MessagePack: where it is not, the package throws.
/// <list type="number">
/// <item>A value has one form only: nil is not taken for an empty bin, nor a str for a bin, as the package would.</item>
/// <item>Nothing is allocated for a length that the input does not hold.</item>
/// <item>Arrays count toward the depth limit that <see cref="s_security"/> sets.</item>
/// </list>
/// </summary>
internal static class PeerMessageReading
{
    /// <summary>The deepest message is Objects: the message, its list, an object, its terms.</summary>
    private const int MaxDepth = 4;

    private static readonly MessagePackSecurity s_security = MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(MaxDepth);

    public static bool TryReadUInt(this ref MessagePackReader reader, out ulong value)
    {
        value = 0;
        if (reader.NextMessagePackType != MessagePackType.Integer) return false;
        if (!IsSigned(reader.NextCode))
        {
            value = reader.ReadUInt64();
            return true;
        }

        var signed = reader.ReadInt64();
        value = (ulong)signed;
        return signed >= 0;
    }

    public static bool TryReadInt(this ref MessagePackReader reader, out long value)
    {
        value = 0;
        if (reader.NextMessagePackType != MessagePackType.Integer) return false;
        if (IsSigned(reader.NextCode))
        {
            value = reader.ReadInt64();
            return true;
        }

        var unsigned = reader.ReadUInt64();
        value = (long)unsigned;
        return unsigned <= long.MaxValue;
    }

    /// <summary>Reads an integer from 0 to 2^31 - 1.</summary>
    public static bool TryReadUInt32(this ref MessagePackReader reader, out int value)
    {
        value = 0;
        if (!reader.TryReadUInt(out var wide) || wide > int.MaxValue) return false;
        value = (int)wide;
        return true;
    }

    public static bool TryReadBool(this ref MessagePackReader reader, out bool value)
    {
        value = false;
        if (reader.NextMessagePackType != MessagePackType.Boolean) return false;
        value = reader.ReadBoolean();
        return true;
    }

    public static bool TryReadBinary(this ref MessagePackReader reader, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (reader.NextMessagePackType != MessagePackType.Binary) return false;
        bytes = reader.ReadBytes()!.Value.FirstSpan;
        return true;
    }

    /// <summary>Reads text of at most so many bytes, which must be UTF-8. The package's own method would replace what is not.</summary>
    public static bool TryReadText(this ref MessagePackReader reader, int maxBytes, out string text)
    {
        text = "";
        if (reader.NextMessagePackType != MessagePackType.String) return false;
        var utf8 = reader.ReadStringSequence()!.Value.FirstSpan;
        if (utf8.Length > maxBytes || !Utf8.IsValid(utf8)) return false;
        text = StrictUtf8.Encoding.GetString(utf8);
        return true;
    }

    /// <summary>
    /// Begins an array, and refuses one that the rest of the input cannot hold. <see cref="EndArray"/> follows its last element; after a refusal the
    /// input is given up.
    /// </summary>
    public static bool TryBeginArray(this ref MessagePackReader reader, out int count)
    {
        s_security.DepthStep(ref reader);
        count = 0;
        if (reader.NextMessagePackType != MessagePackType.Array) return false;
        count = reader.ReadArrayHeader();
        return count >= 0;
    }

    public static void EndArray(this ref MessagePackReader reader) => reader.Depth--;

    /// <summary>How many bytes are left.</summary>
    public static long Remaining(this ref MessagePackReader reader) => reader.Sequence.Length - reader.Consumed;

    private static bool IsSigned(byte code) =>
        code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64 or >= MessagePackCode.MinNegativeFixInt;
}
