using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Benchmarks.Load.Bare;

/// <summary>A TCP connection over loopback with blocking calls, bare or under TLS 1.3 with a certificate made for the run.</summary>
internal static class BareStream
{
    /// <summary>Of a message of the baselines: a stamp, and as much again as a small frame has beside its content.</summary>
    public const int MessageBytes = 32;

    private const string Name = "CN=localhost";

    public static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    public static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    public static Stream Accept(TcpListener listener, bool isTls)
    {
        var stream = Over(listener.AcceptSocket());
        if (!isTls) return stream;
        var secure = new SslStream(stream);
        secure.AuthenticateAsServer(new SslServerAuthenticationOptions { ServerCertificate = Certificate(), EnabledSslProtocols = SslProtocols.Tls13 });
        return secure;
    }

    public static Stream Connect(int port, bool isTls)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        var stream = Over(socket);
        if (!isTls) return stream;

        // The certificate is seconds old and nobody vouches for it; only its name is checked.
        var secure = new SslStream(stream, leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate?.Subject == Name);
        secure.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13 });
        return secure;
    }

    private static NetworkStream Over(Socket socket)
    {
        socket.NoDelay = true;
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name, key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
