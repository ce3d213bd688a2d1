using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Security;

namespace PeerReplica.Benchmarks.Load.Bare;

/// <summary>How many handshakes a second two ends in one process complete, one after the other, each over a new connection on loopback.</summary>
internal static class Handshakes
{
    public static Task<double> SecretAsync(TimeSpan time)
    {
        var options = new PeerReplicaOptions { SharedSecret = LoadHost.NewSecret() };
        return RunAsync(ChannelSecurity.Create(options)!, ChannelSecurity.Create(options)!, time);
    }

    public static Task<double> CertificateAsync(TimeSpan time)
    {
        using var authority = DevelopmentAuthority.Create("load");
        return RunAsync(Of("a"), Of("b"), time);

        ChannelSecurity Of(string node)
        {
            var certificates = authority.Issue(node);
            var options = new PeerReplicaOptions { ClusterName = "load" };
            options.UseCertificates(() => certificates);
            return ChannelSecurity.Create(options)!;
        }
    }

    /// <summary>TLS 1.3 with a certificate from both ends that neither checks.</summary>
    public static Task<double> BareAsync(TimeSpan time)
    {
        using var authority = DevelopmentAuthority.Create("load");
        var certificate = authority.Issue("bare").Certificate;
        var context = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return RepeatAsync(
            time,
            async stream =>
            {
                await using var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = "",
                    ClientCertificateContext = context,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    AllowTlsResume = false,
                    RemoteCertificateValidationCallback = (_, other, _, _) => other is not null,
                });
                await tls.WriteAsync(new byte[1]);
                await tls.ReadExactlyAsync(new byte[1]);
            },
            async stream =>
            {
                await using var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = context,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    AllowTlsResume = false,
                    RemoteCertificateValidationCallback = (_, other, _, _) => other is not null,
                });
                await tls.ReadExactlyAsync(new byte[1]);
                await tls.WriteAsync(new byte[1]);
            });
    }

    private static async Task<double> RunAsync(ChannelSecurity dialer, ChannelSecurity listener, TimeSpan time)
    {
        using (dialer)
        using (listener)
        {
            return await RepeatAsync(
                time,
                async stream => await CloseAsync(await dialer.AuthenticateAsync(stream, isDialer: true, default)),
                async stream => await CloseAsync(await listener.AuthenticateAsync(stream, isDialer: false, default)));
        }

        static async Task CloseAsync(AuthenticatedChannel channel) => await channel.DisposeAsync();
    }

    private static async Task<double> RepeatAsync(TimeSpan time, Func<Stream, Task> dial, Func<Stream, Task> accept)
    {
        using var listener = BareStream.Listen();
        var clock = Stopwatch.StartNew();
        var count = 0;
        for (; clock.Elapsed < time; count++)
        {
            using var near = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await near.ConnectAsync(IPAddress.Loopback, BareStream.PortOf(listener));
            using var far = await listener.AcceptSocketAsync();
            far.NoDelay = true;
            await Task.WhenAll(dial(new NetworkStream(near)), accept(new NetworkStream(far)));
        }

        return count / clock.Elapsed.TotalSeconds;
    }
}
