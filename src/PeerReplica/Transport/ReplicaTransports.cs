using PeerReplica.Security;

namespace PeerReplica.Transport;

/// <summary>The transports that come with the library, for those who wrap one in their own <see cref="IReplicaTransport"/>.</summary>
public static class ReplicaTransports
{
    /// <summary>What the protocol lets be on its way to one peer, and a quarter more for its short messages.</summary>
    internal const int SendBufferBytes = 5 << 20;

    /// <summary>
    /// The default: TCP, each frame after its length in 4 bytes, big-endian. With a shared secret or a certificate in the options it is TLS 1.3, and both ends authenticate each other before
    /// anything else. Takes <see cref="PeerReplicaOptions.MaxFrameBytes"/> from the options. It implements
    /// <see cref="IAddressResolver"/>: a transport around it forwards that interface too, or names are dialed as they are, at the first of their addresses that answers.
    /// </summary>
    /// <remarks>
    /// The transport also implements <see cref="IAddressResolver"/>. A transport that wraps it should implement that interface too and pass calls on: without it
    /// a name is dialed as it is, which reaches only one of its addresses, possibly the replica's own.
    /// </remarks>
    /// <param name="options">The replica's options.</param>
    public static IReplicaTransport Tcp(PeerReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TcpTransport(
            options.MaxFrameBytes, SendBufferBytes + options.MaxFrameBytes, security: ChannelSecurity.Create(options), allowsPlaintext: options.AllowUnauthenticated);
    }
}
