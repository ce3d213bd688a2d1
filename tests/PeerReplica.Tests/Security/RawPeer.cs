using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PeerReplica.Security;

namespace PeerReplica.Tests.Security;

/// <summary>One end of a handshake that does as the test wants: TLS, then whatever frames.</summary>
[SuppressMessage("Security", "CA5359", Justification = "An attacker does not check certificates.")]
internal sealed class RawPeer(Stream stream) : IDisposable
{
    private readonly SslStream _tls = new(stream);

    public X509Certificate2 Certificate { get; init; } = RunCertificate.Create();

    public SslProtocols Protocols { get; init; } = SslProtocols.Tls13;

    public string Application { get; init; } = "peerreplica/1";

    /// <summary>Of the other end; known after TLS.</summary>
    public X509Certificate2 Other => (X509Certificate2)_tls.RemoteCertificate!;

    public Task DialAsync() => _tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
    {
        TargetHost = "",
        ClientCertificates = [Certificate],
        EnabledSslProtocols = Protocols,
        ApplicationProtocols = [new(Application)],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    });

    public Task ListenAsync() => _tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
    {
        ServerCertificate = Certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = Protocols,
        ApplicationProtocols = [new(Application)],
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    });

    public async Task SendAsync(byte[] frame) => await HandshakeFrames.WriteAsync(_tls, frame, default);

    public async Task<byte[]> ReceiveAsync() => await HandshakeFrames.ReadAsync(_tls, default);

    /// <summary>Passes frames from one to the other and back, until either ends.</summary>
    public static async Task RelayAsync(RawPeer first, RawPeer second)
    {
        await Task.WhenAny(PassAsync(first, second), PassAsync(second, first));
        first.Dispose();
        second.Dispose();
    }

    public void Dispose() => _tls.Dispose();

    private static async Task PassAsync(RawPeer from, RawPeer to)
    {
        try
        {
            while (true) await to.SendAsync(await from.ReceiveAsync());
        }
        catch (Exception e) when (e is IOException or HandshakeException or ObjectDisposedException or InvalidOperationException)
        {
            // Either end has closed.
        }
    }
}
