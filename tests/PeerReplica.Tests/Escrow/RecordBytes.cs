using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Escrow;

/// <summary>The bytes that a record of the escrow travels as.</summary>
internal static class RecordBytes
{
    public delegate void Encoder(ref MessagePackWriter output);

    public static byte[] Of(Encoder encode)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePackWriter(buffer);
        encode(ref output);
        output.Flush();
        return buffer.Written.ToArray();
    }
}
