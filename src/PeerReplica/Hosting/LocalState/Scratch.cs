using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// A buffer of each thread's own, which has one user at a time: <see cref="Rent"/> takes the buffer away from the thread, so that code that runs meanwhile on the same thread (a serializer
/// that touches another replicated object) gets another one. Not in a generic class, where finding what is the thread's costs a call.
/// </summary>
internal static class Scratch
{
    [ThreadStatic]
    private static FrameBuffer? t_buffer;

    /// <summary>An empty buffer that nobody else uses until <see cref="Return"/>. A buffer that is not returned, because of an exception, is left to the garbage collector.</summary>
    public static FrameBuffer Rent()
    {
        var buffer = t_buffer ?? new FrameBuffer();
        t_buffer = null;
        buffer.Reset(keepBytes: 1 << 16);
        return buffer;
    }

    /// <summary>Gives the buffer to the thread's next user. Its bytes stay until then: no foreign code may run between this call and their last use.</summary>
    public static void Return(FrameBuffer buffer) => t_buffer = buffer;
}
