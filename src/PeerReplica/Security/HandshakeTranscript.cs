using System.Buffers.Binary;
using System.Text;

namespace PeerReplica.Security;

/// <summary>
/// What a proof of the shared secret covers: the prover's role, both certificates of this very TLS channel, and both hellos byte by byte. The private keys of the certificates
/// exist in the two processes only, so a proof is of no use on any other channel: not relayed, not replayed, not reflected.
/// </summary>
internal static class HandshakeTranscript
{
    private const string DialerLabel = "PeerReplica handshake 1, dialer";
    private const string ListenerLabel = "PeerReplica handshake 1, listener";

    /// <summary>The bytes that the prover's code covers: each part after its length in 4 bytes, big-endian.</summary>
    /// <param name="isDialer">Whether the prover dialed.</param>
    /// <param name="dialerCertificate">SHA-256 of the dialer's certificate.</param>
    /// <param name="listenerCertificate">SHA-256 of the listener's certificate.</param>
    /// <param name="dialerHello">The dialer's hello as it was sent.</param>
    /// <param name="listenerHello">The listener's hello as it was sent.</param>
    public static byte[] Of(bool isDialer, byte[] dialerCertificate, byte[] listenerCertificate, byte[] dialerHello, byte[] listenerHello)
    {
        byte[][] parts = [Encoding.ASCII.GetBytes(isDialer ? DialerLabel : ListenerLabel), dialerCertificate, listenerCertificate, dialerHello, listenerHello];
        var transcript = new byte[parts.Sum(p => sizeof(int) + p.Length)];
        var rest = transcript.AsSpan();
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, part.Length);
            part.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + part.Length)..];
        }

        return transcript;
    }
}
