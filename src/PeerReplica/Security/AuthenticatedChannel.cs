using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>An encrypted stream whose two ends have authenticated each other. One thread may read while another one writes.</summary>
public sealed class AuthenticatedChannel : IAsyncDisposable
{
    internal AuthenticatedChannel(SslStream stream, PeerIdentity peer, X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        Intermediates = intermediates;
        Tls = stream;
        Peer = peer;
        Certificate = certificate;
    }

    /// <summary>The stream for frames. Nothing that was read of it belongs to the handshake.</summary>
    public Stream Stream => Tls;

    /// <summary>Who the other end is: to be reported as <see cref="Transport.ITransportConnection.Peer"/>.</summary>
    public PeerIdentity Peer { get; }

    internal SslStream Tls { get; }

    /// <summary>The peer's certificate, to judge it anew when what is trusted changes.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>What the peer sent along to lead from its certificate to a root.</summary>
    internal X509Certificate2Collection Intermediates { get; }

    /// <summary>Closes the stream, and the one that it encrypts over.</summary>
    public ValueTask DisposeAsync() => Tls.DisposeAsync();
}
