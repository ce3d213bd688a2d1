using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>A buffer of each thread's own. Not in a generic class, where finding what is the thread's costs a call.</summary>
internal static class Scratch
{
    [ThreadStatic]
    private static FrameBuffer? t_buffer;

    /// <summary>The thread's buffer, emptied: what was written to it before is gone.</summary>
    public static FrameBuffer Empty()
    {
        var buffer = t_buffer ??= new FrameBuffer();
        buffer.Reset(keepBytes: 1 << 16);
        return buffer;
    }
}
