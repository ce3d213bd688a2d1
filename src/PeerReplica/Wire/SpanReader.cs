using System.Buffers.Binary;
using System.Text.Unicode;
using MessagePack;

namespace PeerReplica.Wire;

/// <summary>
/// Reads the MessagePack format from hostile bytes: every method returns false on a wrong type, on truncation and on a value that does not
/// fit; none throws, and none allocates for a length that the input does not hold. After false the position is undefined: give the input up.
/// <code>
/// 0xxxxxxx positive fixint   1000xxxx fixmap   1001xxxx fixarray   101xxxxx fixstr   111xxxxx negative fixint
/// c0 nil  c2/c3 bool  c4..c6 bin 8/16/32  c7..c9 ext 8/16/32  ca/cb float 32/64  cc..cf uint 8/16/32/64
/// d0..d3 int 8/16/32/64  d4..d8 fixext 1/2/4/8/16  d9..db str 8/16/32  dc/dd array 16/32  de/df map 16/32
/// </code>
/// </summary>
internal ref struct SpanReader(ReadOnlySpan<byte> input)
{
    private const int MaxDepth = 64;
    private readonly ReadOnlySpan<byte> _input = input;

    public int Position { get; private set; }

    public readonly int Remaining => _input.Length - Position;

    public readonly bool End => Position >= _input.Length;

    /// <summary>The next value's first byte; 0xC1, which begins no value, at the end.</summary>
    public readonly byte PeekCode => End ? (byte)0xC1 : _input[Position];

    /// <summary>The bytes between two positions.</summary>
    public readonly ReadOnlySpan<byte> Slice(int from, int to) => _input[from..to];

    public bool TryReadNil() => TryReadCode(out var code) && code == MessagePackCode.Nil;

    public bool TryReadBool(out bool value)
    {
        value = false;
        if (!TryReadCode(out var code) || code is not (MessagePackCode.True or MessagePackCode.False)) return false;
        value = code == MessagePackCode.True;
        return true;
    }

    public bool TryReadUInt(out ulong value)
    {
        value = 0;
        if (!TryReadCode(out var code)) return false;
        if (code < 0x80)
        {
            value = code;
            return true;
        }

        return code switch
        {
            MessagePackCode.UInt8 => TryReadBigEndian(1, out value),
            MessagePackCode.UInt16 => TryReadBigEndian(2, out value),
            MessagePackCode.UInt32 => TryReadBigEndian(4, out value),
            MessagePackCode.UInt64 => TryReadBigEndian(8, out value),
            MessagePackCode.Int8 => TryReadBigEndian(1, out value) && value <= (ulong)sbyte.MaxValue,
            MessagePackCode.Int16 => TryReadBigEndian(2, out value) && value <= (ulong)short.MaxValue,
            MessagePackCode.Int32 => TryReadBigEndian(4, out value) && value <= int.MaxValue,
            MessagePackCode.Int64 => TryReadBigEndian(8, out value) && value <= long.MaxValue,
            _ => false,
        };
    }

    public bool TryReadInt(out long value)
    {
        value = 0;
        if (End) return false;
        var code = PeekCode;
        if (code >= MessagePackCode.MinNegativeFixInt)
        {
            Position++;
            value = (sbyte)code;
            return true;
        }

        if (code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64)
        {
            Position++;
            var size = 1 << (code - MessagePackCode.Int8);
            if (!TryReadBigEndian(size, out var bits)) return false;
            value = (long)(bits << (64 - (size * 8))) >> (64 - (size * 8));
            return true;
        }

        if (!TryReadUInt(out var unsigned) || unsigned > long.MaxValue) return false;
        value = (long)unsigned;
        return true;
    }

    public bool TryReadUInt32(out int value)
    {
        value = 0;
        if (!TryReadUInt(out var wide) || wide > int.MaxValue) return false;
        value = (int)wide;
        return true;
    }

    public bool TryReadSingle(out float value)
    {
        value = 0;
        if (!TryReadCode(out var code) || code != MessagePackCode.Float32 || !TryReadBigEndian(4, out var bits)) return false;
        value = BitConverter.UInt32BitsToSingle((uint)bits);
        return true;
    }

    public bool TryReadDouble(out double value)
    {
        value = 0;
        if (!TryReadCode(out var code) || code != MessagePackCode.Float64 || !TryReadBigEndian(8, out var bits)) return false;
        value = BitConverter.UInt64BitsToDouble(bits);
        return true;
    }

    public bool TryReadBinary(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryReadCode(out var code) || code is < MessagePackCode.Bin8 or > MessagePackCode.Bin32) return false;
        return TryReadBigEndian(1 << (code - MessagePackCode.Bin8), out var length) && TryTake(length, out bytes);
    }

    /// <summary>Reads a string's bytes, which must be UTF-8.</summary>
    public bool TryReadUtf8(out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        if (!TryReadCode(out var code)) return false;
        ulong length;
        if (code is >= MessagePackCode.MinFixStr and < MessagePackCode.Nil) length = (ulong)(code & 0x1F);
        else if (code is < MessagePackCode.Str8 or > MessagePackCode.Str32) return false;
        else if (!TryReadBigEndian(1 << (code - MessagePackCode.Str8), out length)) return false;
        return TryTake(length, out utf8) && Utf8.IsValid(utf8);
    }

    public bool TryReadString(out string value)
    {
        value = "";
        if (!TryReadUtf8(out var utf8)) return false;
        value = StrictUtf8.Encoding.GetString(utf8);
        return true;
    }

    /// <summary>Reads an array's length; refuses one that the rest of the input cannot hold.</summary>
    public bool TryReadArrayHeader(out int count)
    {
        count = 0;
        if (!TryReadCode(out var code)) return false;
        ulong length;
        if (code is >= MessagePackCode.MinFixArray and < MessagePackCode.MinFixStr) length = (ulong)(code & 0x0F);
        else if (code is < MessagePackCode.Array16 or > MessagePackCode.Array32) return false;
        else if (!TryReadBigEndian(2 << (code - MessagePackCode.Array16), out length)) return false;
        if (length > (ulong)Remaining) return false;
        count = (int)length;
        return true;
    }

    /// <summary>Passes over one value of any type; refuses nesting deeper than 64.</summary>
    public bool TrySkip() => TrySkipOne(out var children) && (children == 0 || TrySkipChildren(children));

    /// <summary>Passes over one value and gives its bytes.</summary>
    public bool TryReadRaw(out ReadOnlySpan<byte> raw)
    {
        var start = Position;
        if (!TrySkip())
        {
            raw = default;
            return false;
        }

        raw = _input[start..Position];
        return true;
    }

    /// <summary>Apart, since whoever has a list on the stack pays for clearing it, also where nothing is nested.</summary>
    private bool TrySkipChildren(ulong count)
    {
        Span<ulong> left = stackalloc ulong[MaxDepth];
        var depth = 1;
        left[depth] = count;
        while (depth > 0)
        {
            if (left[depth] == 0)
            {
                depth--;
                continue;
            }

            left[depth]--;
            if (!TrySkipOne(out var children)) return false;
            if (children == 0) continue;
            if (++depth >= MaxDepth) return false;
            left[depth] = children;
        }

        return true;
    }

    private bool TrySkipOne(out ulong children)
    {
        children = 0;
        if (!TryReadCode(out var code)) return false;
        switch (code)
        {
            case < MessagePackCode.MinFixMap:
            case >= MessagePackCode.MinNegativeFixInt:
            case MessagePackCode.Nil or MessagePackCode.True or MessagePackCode.False:
                return true;
            case < MessagePackCode.MinFixArray:
                children = 2UL * (code & 0x0Fu);
                return children <= (ulong)Remaining;
            case < MessagePackCode.MinFixStr:
                children = code & 0x0Fu;
                return children <= (ulong)Remaining;
            case < MessagePackCode.Nil:
                return TryTake(code & 0x1Fu, out _);
            case >= MessagePackCode.Bin8 and <= MessagePackCode.Bin32:
                return TryReadBigEndian(1 << (code - MessagePackCode.Bin8), out var binary) && TryTake(binary, out _);
            case >= MessagePackCode.Ext8 and <= MessagePackCode.Ext32:
                return TryReadBigEndian(1 << (code - MessagePackCode.Ext8), out var ext) && ext < uint.MaxValue && TryTake(ext + 1, out _);
            case MessagePackCode.Float32:
                return TryTake(4, out _);
            case MessagePackCode.Float64:
                return TryTake(8, out _);
            case >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64:
                return TryTake(1UL << (code - MessagePackCode.UInt8), out _);
            case >= MessagePackCode.Int8 and <= MessagePackCode.Int64:
                return TryTake(1UL << (code - MessagePackCode.Int8), out _);
            case >= MessagePackCode.FixExt1 and <= MessagePackCode.FixExt16:
                return TryTake((1UL << (code - MessagePackCode.FixExt1)) + 1, out _);
            case >= MessagePackCode.Str8 and <= MessagePackCode.Str32:
                return TryReadBigEndian(1 << (code - MessagePackCode.Str8), out var text) && TryTake(text, out _);
            case MessagePackCode.Array16 or MessagePackCode.Array32:
                return TryReadBigEndian(2 << (code - MessagePackCode.Array16), out children) && children <= (ulong)Remaining;
            case MessagePackCode.Map16 or MessagePackCode.Map32:
                if (!TryReadBigEndian(2 << (code - MessagePackCode.Map16), out children)) return false;
                children *= 2;
                return children <= (ulong)Remaining;
            default:
                return false;
        }
    }

    private bool TryReadCode(out byte code)
    {
        if (End)
        {
            code = 0;
            return false;
        }

        code = _input[Position++];
        return true;
    }

    private bool TryTake(ulong length, out ReadOnlySpan<byte> bytes)
    {
        if (length > (ulong)Remaining)
        {
            bytes = default;
            return false;
        }

        bytes = _input.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    private bool TryReadBigEndian(int size, out ulong value)
    {
        value = 0;
        if (!TryTake((ulong)size, out var bytes)) return false;
        value = size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
        return true;
    }
}
