using System.Buffers.Binary;

namespace PeerReplica.Security;

/// <summary>The frames of a handshake: each after its length in 2 bytes, big-endian.</summary>
internal static class HandshakeFrames
{
    /// <summary>Far above what a hello or a proof takes.</summary>
    public const int MaxBytes = 512;

    public static async ValueTask WriteAsync(Stream channel, byte[] frame, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(ushort) + frame.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)frame.Length);
        frame.CopyTo(bytes, sizeof(ushort));
        await channel.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await channel.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads one frame, and no byte after it.</summary>
    /// <exception cref="HandshakeException">Its length is none that a frame of a handshake has, or the peer closed the connection.</exception>
    public static async ValueTask<byte[]> ReadAsync(Stream channel, CancellationToken cancellationToken)
    {
        var prefix = new byte[sizeof(ushort)];
        await ReadAsync(channel, prefix, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        if (length is 0 or > MaxBytes) throw new HandshakeException(HandshakeVerdict.Malformed, $"it announced a frame of {length} bytes in the handshake; 1 to {MaxBytes} are permitted");
        var frame = new byte[length];
        await ReadAsync(channel, frame, cancellationToken).ConfigureAwait(false);
        return frame;
    }

    private static async ValueTask ReadAsync(Stream channel, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        if (await channel.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < bytes.Length)
            throw new HandshakeException(HandshakeVerdict.Closed, "it closed the connection during the handshake: it is stopping, overloaded, or does not accept this replica's certificate");
    }
}
