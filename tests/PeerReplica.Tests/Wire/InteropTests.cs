using System.Globalization;
using System.Text;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>Agreement with an independent implementation, in both directions, at every boundary of the specification.</summary>
/// <remarks>
/// A value is one line of text: <c>i:number</c>, <c>s:utf-8 hex</c>, <c>b:hex</c>, <c>f:bits of a float64</c>, <c>g:bits of a float32</c>,
/// <c>n</c>, <c>t</c>, <c>F</c>, and <c>a:count</c> for an array of that many trues.
/// </remarks>
public sealed class InteropTests
{
    /// <summary>Unpacks lines of hex; prints each value as a line. Python reads both float widths as one type: the first byte tells.</summary>
    private const string Unpack = """
        import json, msgpack, struct, sys
        def line(data):
            v = msgpack.unpackb(data, raw=False, strict_map_key=False)
            if v is None: return 'n'
            if v is True: return 't'
            if v is False: return 'F'
            if isinstance(v, int): return 'i:%d' % v
            if isinstance(v, str): return 's:' + v.encode('utf-8').hex()
            if isinstance(v, bytes): return 'b:' + v.hex()
            if isinstance(v, float):
                if data[0] == 0xca: return 'g:' + struct.pack('>f', v).hex()
                return 'f:' + struct.pack('>d', v).hex()
            assert all(x is True for x in v)
            return 'a:%d' % len(v)
        print(json.dumps([line(bytes.fromhex(l.strip())) for l in sys.stdin if l.strip()]))
        """;

    /// <summary>Packs lines of values; prints each as hex.</summary>
    private const string Pack = """
        import json, msgpack, struct, sys
        def pack(l):
            kind, _, rest = l.partition(':')
            if kind == 'n': return msgpack.packb(None)
            if kind == 't': return msgpack.packb(True)
            if kind == 'F': return msgpack.packb(False)
            if kind == 'i': return msgpack.packb(int(rest))
            if kind == 's': return msgpack.packb(bytes.fromhex(rest).decode('utf-8'), use_bin_type=True)
            if kind == 'b': return msgpack.packb(bytes.fromhex(rest), use_bin_type=True)
            if kind == 'f': return msgpack.packb(struct.unpack('>d', bytes.fromhex(rest))[0])
            if kind == 'g': return msgpack.packb(struct.unpack('>f', bytes.fromhex(rest))[0], use_single_float=True)
            return msgpack.packb([True] * int(rest))
        print(json.dumps([pack(l.strip()).hex() for l in sys.stdin if l.strip()]))
        """;

    private static readonly int[] s_lengths = [0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536];

    [MsgpackFact]
    public void Python_unpacks_what_we_write()
    {
        var values = Values().ToList();
        var input = string.Join('\n', values.Select(v => Convert.ToHexString(Write(v))));
        var lines = System.Text.Json.JsonSerializer.Deserialize<string[]>(Msgpack.Run(Unpack, input))!;
        Assert.Equal(values, lines);
    }

    [MsgpackFact]
    public void We_read_what_python_packs_and_write_the_same_bytes()
    {
        var values = Values().ToList();
        var packed = System.Text.Json.JsonSerializer.Deserialize<string[]>(Msgpack.Run(Pack, string.Join('\n', values)))!;
        Assert.Equal(values.Count, packed.Length);
        for (var i = 0; i < values.Count; i++)
        {
            var bytes = Convert.FromHexString(packed[i]);
            Assert.Equal(values[i], Read(bytes));

            // Both write the smallest form, so the bytes agree and not only the values.
            Assert.Equal(bytes, Write(values[i]));
        }
    }

    [MsgpackFact]
    public void Python_unpacks_our_frames()
    {
        var frames = GoldenFrames.All;
        const string Script = """
            import json, msgpack, sys
            print(json.dumps([msgpack.unpackb(bytes.fromhex(l.strip()))[0] for l in sys.stdin if l.strip()]))
            """;
        var input = string.Join('\n', frames.Select(f => Convert.ToHexString(f.Encode())));
        var types = System.Text.Json.JsonSerializer.Deserialize<int[]>(Msgpack.Run(Script, input))!;
        Assert.Equal(frames.Select(f => (int)f.Type), types);
    }

    private static IEnumerable<string> Values()
    {
        foreach (var shift in new[] { 0, 5, 6, 7, 8, 15, 16, 31, 32, 63 })
        {
            var power = Int128.One << shift;
            foreach (var value in new[] { power - 1, power, power + 1, -power, -power - 1, 1 - power })
            {
                if (value >= long.MinValue && value <= ulong.MaxValue) yield return $"i:{value.ToString(CultureInfo.InvariantCulture)}";
            }
        }

        yield return $"i:{ulong.MaxValue}";
        foreach (var length in s_lengths)
        {
            yield return $"s:{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(new string('k', length)))}";
            yield return $"b:{Convert.ToHexStringLower(Enumerable.Range(0, length).Select(i => (byte)(i * 31)).ToArray())}";
            yield return $"a:{length}";
        }

        yield return $"s:{Convert.ToHexStringLower("Zoë, 票, 🎟"u8)}";
        foreach (var value in new[] { 0d, -0d, 1.5, Math.PI, double.Epsilon, double.MaxValue, double.PositiveInfinity })
            yield return $"f:{BitConverter.DoubleToUInt64Bits(value):x16}";
        foreach (var value in new[] { 0f, -0f, 1.5f, 0.1f, float.Epsilon, float.MaxValue, float.NegativeInfinity })
            yield return $"g:{BitConverter.SingleToUInt32Bits(value):x8}";
        yield return "n";
        yield return "t";
        yield return "F";
    }

    private static byte[] Write(string line)
    {
        var rest = line.Length > 2 ? line[2..] : "";
        return MessagePackBoundaryTests.Written(o =>
        {
            switch (line[0])
            {
                case 'n':
                    o.WriteNil();
                    break;
                case 't' or 'F':
                    o.WriteBool(line[0] == 't');
                    break;
                case 'i' when rest[0] == '-':
                    o.WriteInt(long.Parse(rest, CultureInfo.InvariantCulture));
                    break;
                case 'i':
                    o.WriteUInt(ulong.Parse(rest, CultureInfo.InvariantCulture));
                    break;
                case 's':
                    o.WriteText(Encoding.UTF8.GetString(Convert.FromHexString(rest)));
                    break;
                case 'b':
                    o.WriteBinary(Convert.FromHexString(rest));
                    break;
                case 'f':
                    o.WriteDouble(BitConverter.UInt64BitsToDouble(ulong.Parse(rest, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                    break;
                case 'g':
                    o.WriteSingle(BitConverter.UInt32BitsToSingle(uint.Parse(rest, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
                    break;
                default:
                    var count = int.Parse(rest, CultureInfo.InvariantCulture);
                    o.WriteArrayHeader(count);
                    for (var i = 0; i < count; i++) o.WriteBool(true);
                    break;
            }
        });
    }

    private static string Read(byte[] bytes)
    {
        var reader = new SpanReader(bytes);
        var line = ReadOne(ref reader);
        Assert.True(reader.End, $"bytes are left after {line}");
        return line;
    }

    private static string ReadOne(ref SpanReader reader)
    {
        switch (reader.PeekCode)
        {
            case 0xC0:
                Assert.True(reader.TryReadNil());
                return "n";
            case 0xC2 or 0xC3:
                Assert.True(reader.TryReadBool(out var flag));
                return flag ? "t" : "F";
            case 0xCA:
                Assert.True(reader.TryReadSingle(out var single));
                return $"g:{BitConverter.SingleToUInt32Bits(single):x8}";
            case 0xCB:
                Assert.True(reader.TryReadDouble(out var wide));
                return $"f:{BitConverter.DoubleToUInt64Bits(wide):x16}";
            case >= 0xC4 and <= 0xC6:
                Assert.True(reader.TryReadBinary(out var binary));
                return $"b:{Convert.ToHexStringLower(binary)}";
            case (>= 0xA0 and < 0xC0) or (>= 0xD9 and <= 0xDB):
                Assert.True(reader.TryReadUtf8(out var utf8));
                return $"s:{Convert.ToHexStringLower(utf8)}";
            case (>= 0x90 and < 0xA0) or 0xDC or 0xDD:
                Assert.True(reader.TryReadArrayHeader(out var count));
                for (var i = 0; i < count; i++) Assert.True(reader.TryReadBool(out var element) && element);
                return $"a:{count}";
            case < 0x80 or (>= 0xCC and <= 0xCF):
                Assert.True(reader.TryReadUInt(out var unsigned));
                return $"i:{unsigned}";
            default:
                Assert.True(reader.TryReadInt(out var signed));
                return $"i:{signed}";
        }
    }
}
