using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Security;

/// <summary>The second frame on a channel with a shared secret: <c>[2, [code, ...]]</c>. The dialer proves each of its secrets, the listener the one that it recognized.</summary>
internal static class ProofFrame
{
    public const int MacBytes = 32;
    private const ulong Type = 2;

    public static byte[] Encode(IReadOnlyList<byte[]> macs)
    {
        var frame = new FrameBuffer();
        var output = new MessagePackWriter(frame);
        output.WriteArrayHeader(2);
        output.WriteUInt(Type);
        output.WriteArrayHeader(macs.Count);
        foreach (var mac in macs) output.WriteBinary(mac);
        output.Flush();
        return frame.Written.ToArray();
    }

    /// <summary>Reads the codes from hostile bytes; null when they are no proof.</summary>
    public static byte[][]? Decode(ReadOnlySpan<byte> frame)
    {
        var reader = new SpanReader(frame);
        if (!reader.TryReadArrayHeader(out var fields) || fields < 2 || !reader.TryReadUInt(out var type) || type != Type) return null;
        if (!reader.TryReadArrayHeader(out var count) || count is 0 or > SharedSecrets.MaxSecrets) return null;
        var macs = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadBinary(out var mac) || mac.Length != MacBytes) return null;
            macs[i] = mac.ToArray();
        }

        for (var i = 2; i < fields; i++)
        {
            if (!reader.TrySkip()) return null;
        }

        return reader.End ? macs : null;
    }
}
