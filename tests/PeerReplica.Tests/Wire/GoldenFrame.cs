using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>One message whose bytes are checked in.</summary>
/// <param name="Name">The file's name, less its extension.</param>
/// <param name="Type">The message's type.</param>
/// <param name="Write">Encodes it.</param>
/// <param name="Check">Decodes a frame, and asserts that its fields are the message's.</param>
internal sealed record GoldenFrame(string Name, MessageType Type, Action<FrameBuffer> Write, Action<byte[]> Check)
{
    public byte[] Encode()
    {
        var frame = new FrameBuffer();
        Write(frame);
        return frame.Written.ToArray();
    }
}
