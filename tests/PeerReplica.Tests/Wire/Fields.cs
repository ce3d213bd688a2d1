using System.Buffers.Binary;
using System.Text;

namespace PeerReplica.Tests.Wire;

/// <summary>
/// MessagePack values put together by hand, in their widest forms: an encoder that shares nothing with the
/// library's.
/// </summary>
internal static class Fields
{
    public static byte[] Array(params byte[][] items) => [0xDD, .. Width(items.Length), .. items.SelectMany(i => i)];

    public static byte[] Text(string text) =>
        [0xDB, .. Width(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Binary(params byte[] bytes) => [0xC6, .. Width(bytes.Length), .. bytes];

    public static byte[] Bool(bool value) => [value ? (byte)0xC3 : (byte)0xC2];

    public static byte[] Id(ulong id) => [0xC4, 16, .. new byte[8], .. UInt(id)[1..]];

    public static byte[] UInt(ulong value)
    {
        var bytes = new byte[9];
        bytes[0] = 0xCF;
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    public static byte[] Int(long value)
    {
        var bytes = new byte[9];
        bytes[0] = 0xD3;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static byte[] Width(int length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }
}
