using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.SlowTests.Processes;
using PeerReplica.SlowTests.Security;
using PeerReplica.Tests.Security;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>Strangers, impostors and wrong certificates, against three processes that go on replicating.</summary>
[Collection(AttackedCollection.Name)]
public sealed class StrangerProcessTests(CertificateCluster cluster)
{
    private const int Held = 256;
    private static readonly TimeSpan s_newcomer = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_newcomer_joins_within_5_s_while_256_connections_to_each_replica_are_half_open()
    {
        var attack = await cluster.BeginAsync();
        var held = cluster.Peers.Select(p => new HeldConnections(p.Port, Held)).ToArray();
        foreach (var connections in held) await connections.FilledAsync();
        using (var newcomer = await cluster.StartAsync("newcomer", [.. cluster.Peers.Select(p => p.Address)]))
        {
            var clock = Stopwatch.StartNew();
            await newcomer.AskAsync("synced");
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_newcomer);
            await newcomer.UntilAsync("up", up => up.Split(',').Length == 3, s_newcomer);
            await newcomer.StopAsync();
        }

        foreach (var connections in held) connections.Dispose();
        await cluster.EndAsync(attack, cores: 1.2);
    }

    [Fact]
    public async Task A_half_open_connection_does_not_keep_a_founder_from_its_first_synchronization()
    {
        var port = FreePort();
        using var attack = new HeldConnections(port, 1);
        using var founder = await PeerProcess.StartAsync("founder", $"127.0.0.1:{port}", [$"127.0.0.1:{port}"], settings: ["SeedTimeout=1s"]);
        var clock = Stopwatch.StartNew();
        await founder.AskAsync("synced");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task An_impostor_at_a_seeds_address_keeps_no_process_from_joining_by_another_seed()
    {
        var attack = await cluster.BeginAsync();
        using var foreign = DevelopmentAuthority.Create(AttackedCluster.ClusterName);
        using var impostor = new TcpListener(IPAddress.Loopback, 0);
        impostor.Start();
        using var over = new CancellationTokenSource();
        var imposing = ImposeAsync(impostor, foreign.Issue("impostor").Certificate, over.Token);
        using (var newcomer = await cluster.StartAsync("cheated", impostor.LocalEndpoint.ToString()!, cluster.Peers[0].Address))
        {
            await newcomer.AskAsync("synced").WaitAsync(Hosts.Patience);
            await newcomer.UntilAsync("up", up => up.Split(',').Length == 3, Hosts.Patience);
            await SecureHosts.UntilAsync(() => newcomer.Logged.Any(l => l.Contains("issued by no authority", StringComparison.Ordinal)), "the impostor was not reported");
            Assert.InRange(newcomer.Logged.Count(l => l.Contains("issued by no authority", StringComparison.Ordinal)), 1, 3);
            await newcomer.StopAsync();
        }

        await over.CancelAsync();
        impostor.Stop();
        Assert.True(await imposing > 0);
        await cluster.EndAsync(attack);
    }

    [Fact]
    public async Task A_certificate_that_is_wrong_foreign_expired_or_for_another_usage_lets_nobody_in()
    {
        var attack = await cluster.BeginAsync();
        var authority = cluster.Authority;
        using var foreign = DevelopmentAuthority.Create(AttackedCluster.ClusterName);
        using var elsewhere = DevelopmentAuthority.Create("elsewhere");
        var day = TimeSpan.FromHours(1);
        X509Certificate2[] wrong =
        [
            foreign.Issue("a").Certificate,
            elsewhere.Issue("a").Certificate,
            RunCertificate.Create(),
            authority.Issue("expired", TimeSpan.FromMinutes(-5), null),
            authority.Issue("server-only", day, r => Use(r, CertificateUsage.Server)),
            authority.Issue("client-only", day, r => Use(r, CertificateUsage.Client)),
            authority.Issue("nameless", day, r => r.CertificateExtensions.Remove(r.CertificateExtensions.Single(e => e.Oid!.Value == "2.5.29.17"))),
        ];
        for (var round = 0; round < 5; round++)
        {
            foreach (var peer in cluster.Peers)
            {
                foreach (var certificate in wrong) Assert.False(await IsLetInAsync(peer.Port, new(certificate)));
            }
        }

        // The same with a right one gets an answer.
        Assert.True(await IsLetInAsync(cluster.Peers[0].Port, new(authority.Issue("right").Certificate)));
        await cluster.EndAsync(attack, alarms: 12);
    }

    [Fact]
    public async Task Older_protocols_are_refused_by_every_process()
    {
        var attack = await cluster.BeginAsync();
        var certificate = cluster.Authority.Issue("older").Certificate;
        foreach (var peer in cluster.Peers)
        {
            Assert.False(await IsLetInAsync(peer.Port, new(certificate) { Protocols = SslProtocols.Tls12 }));
            Assert.False(await IsLetInAsync(peer.Port, new(certificate) { Application = "peerreplica/0" }));
            Assert.False(await IsLetInAsync(peer.Port, new(certificate) { Hello = new HelloFrame(0, 0, RandomNumberGenerator.GetBytes(HelloFrame.NonceBytes), []).Encode() }));
            await using var older = await Intruder.ConnectAsync(
                cluster.SecurityOf("older"), peer.Port, AttackedCluster.ClusterName, new ReplicaId(0xB1), "older", versions: (0, 0));
            Assert.Equal(LinkVerdict.VersionMismatch, await older.Closed.WaitAsync(s_newcomer));
        }

        await cluster.EndAsync(attack, alarms: 12);
    }

    [Fact]
    public async Task Strangers_fill_no_log_of_any_process()
    {
        var attack = await cluster.BeginAsync();
        for (var i = 0; i < 300; i++)
        {
            foreach (var peer in cluster.Peers)
            {
                using var stranger = new TcpClient();
                await stranger.ConnectAsync(IPAddress.Loopback, peer.Port);
                byte[] greeting = (i % 3) switch { 0 => "GET / HTTP/1.1\r\nHost: evil\r\n\r\n"u8.ToArray(), 1 => [0, 0, 0, 5, 1, 2, 3, 4, 5], _ => [0x16, 3, 1, 0, 3, 9, 9, 9] };
                await stranger.GetStream().WriteAsync(greeting);
            }
        }

        await cluster.EndAsync(attack, alarms: 8, cores: 1.2);
    }

    private static void Use(CertificateRequest request, Oid usage)
    {
        request.CertificateExtensions.Remove(request.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>().Single());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
    }

    /// <summary>Whether a replica answers the handshake's hello.</summary>
    private static async Task<bool> IsLetInAsync(int port, Dialer dialer)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var peer = new RawPeer(client.GetStream()) { Certificate = dialer.Certificate, Protocols = dialer.Protocols, Application = dialer.Application };
        try
        {
            await peer.DialAsync().WaitAsync(Hosts.Patience);
            await peer.SendAsync(dialer.Hello ?? Handshake.NewHello().Encode()).WaitAsync(Hosts.Patience);
            if (HelloFrame.Decode(await peer.ReceiveAsync().WaitAsync(Hosts.Patience)) is null) return false;

            // One that was refused after its hello is cut off; one that was let in gets the hello of the link.
            await peer.ReceiveAsync().WaitAsync(Hosts.Patience);
            return true;
        }
        catch (Exception e) when (e is IOException or AuthenticationException or HandshakeException { Verdict: HandshakeVerdict.Closed })
        {
            return false;
        }
        catch (HandshakeException)
        {
            // A frame of the link is longer than one of the handshake, or has another length prefix.
            return true;
        }
    }

    /// <summary>Answers every dialer with TLS and hello; how many it met.</summary>
    private static async Task<int> ImposeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken over)
    {
        var met = 0;
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(over);
                met++;
                using var peer = new RawPeer(client.GetStream()) { Certificate = certificate };
                await peer.ListenAsync().WaitAsync(s_newcomer, over);
                await peer.SendAsync(Handshake.NewHello().Encode());
                await peer.SendAsync(await peer.ReceiveAsync());
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException
                or AuthenticationException or PeerReplicaException or TimeoutException)
            {
                // The next one.
            }
        }

        return met;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Dialer(X509Certificate2 Certificate)
    {
        public SslProtocols Protocols { get; init; } = SslProtocols.Tls13;

        public string Application { get; init; } = "peerreplica/1";

        public byte[]? Hello { get; init; }
    }
}
