using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Wire;

namespace PeerReplica.SlowTests.Security;

/// <summary>
/// Peers that authenticate and then misbehave, or were expelled, over real sockets and beside replicas that go on.
/// </summary>
public sealed class HostilePeerTests : IDisposable
{
    private const string Cluster = "hostile";
    private readonly string _directory = Directory.CreateTempSubdirectory("peerreplica-tests-").FullName;
    private readonly DevelopmentAuthority _authority = DevelopmentAuthority.Create(Cluster);

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_peer_that_knows_the_secret_and_sends_garbage_is_kept_out_while_the_others_replicate()
    {
        await using var first = await SecureHosts.StartAsync("first");
        await using var second = await SecureHosts.StartAsync("second", first.Address);
        await SecureHosts.UntilAsync(() => first.Linked() == 1 && second.Linked() == 1, "not linked");
        await using var load = new WriteLoad(first, second);
        using var over = new CancellationTokenSource();
        var events = WatchAsync(first, over.Token);
        using var hostile = ChannelSecurity.Create(new PeerReplicaOptions { SharedSecret = Secrets.First })!;

        Assert.Equal(LinkVerdict.Malformed, await AttackAsync(hostile, first.Port, sendsGarbage: true));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(LinkVerdict.Quarantined, await AttackAsync(hostile, first.Port, sendsGarbage: i % 2 == 0));
            await Task.Delay(50);
        }

        var finding = Assert.Single(first.Replica.Health.Findings, f => f.Reason == ReplicaHealthReason.PeerQuarantined);
        Assert.Contains("key:", finding.Message, StringComparison.Ordinal);
        Assert.Single(first.Logs.All, e => e is { EventId: 29, Level: LogLevel.Warning });
        Assert.DoesNotContain(second.Replica.Health.Findings, f => f.Reason == ReplicaHealthReason.PeerQuarantined);

        // It has 5 s to wait, and is let in again then.
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(5);
        while (await AttackAsync(hostile, first.Port, sendsGarbage: true) == LinkVerdict.Quarantined)
        {
            Assert.True(DateTime.UtcNow < until, "the quarantine did not end");
            await Task.Delay(100);
        }

        await SecureHosts.UntilAsync(() => Has(first, 29, "10 s, offence 2"), "no second offence");
        Assert.False(Has(first, 2, nameof(PeerState.Unreachable)));
        await over.CancelAsync();
        Assert.NotEmpty(await events);
        Assert.All(await events, e => Assert.Equal((PeerState.Quarantined, null), (e.Peer.State, e.Previous)));
        Assert.All(await events, e => Assert.StartsWith("key:", e.Peer.Identity, StringComparison.Ordinal));
        var written = await load.StopAsync();
        await SecureHosts.UntilAsync(() => Values(first, second).All(v => v == written), "a write was lost");
    }

    [Fact]
    public async Task An_expelled_identity_loses_its_live_links_at_once_and_stays_out()
    {
        foreach (var node in new[] { "a", "b", "c" }) _authority.IssueTo(node, Path.Combine(_directory, node));
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b", a.Address);
        await using (var c = await StartAsync("c", a.Address, b.Address))
        {
            await SecureHosts.UntilAsync(() => a.Linked() == 2 && b.Linked() == 2 && c.Linked() == 2, "not linked");
            await using var load = new WriteLoad(a, b);
            var identity = a.Replica.Peers.Single(p => p.NodeName == "c").Identity!;
            Assert.Equal($"spiffe://{Cluster}/peerreplica/c", identity);

            await a.Replica.ExpelAsync(identity);
            Assert.Equal(PeerState.Expelled, a.Replica.Peers.Single(p => p.NodeName == "c").State);
            await SecureHosts.UntilAsync(
                () => b.Replica.Peers.Single(p => p.NodeName == "c").State == PeerState.Expelled,
                "b has not cut c off",
                TimeSpan.FromSeconds(2));
            Assert.Equal([identity], b.Replica.Expelled);
            await SecureHosts.UntilAsync(() => KnowsItself(c), "c does not know");
            c.Replica.GetCounter("sold").Add(1_000_000);
            var written = await load.StopAsync();
            await SecureHosts.UntilAsync(() => Values(a, b).All(v => v == written), "a write was lost");
        }

        // Another process under the same identity.
        await using var again = await StartAsync("c", a.Address, b.Address);
        await SecureHosts.UntilAsync(() => KnowsItself(again), "c was let in");
        Assert.Equal(0, again.Linked());
        Assert.All(Values(a, b), v => Assert.InRange(v, 0, 999_999));

        await b.Replica.ReadmitAsync($"spiffe://{Cluster}/peerreplica/c");
        await SecureHosts.UntilAsync(
            () => a.Linked() == 2 && b.Linked() == 2 && again.Linked() == 2, "c was not let in again", TimeSpan.FromSeconds(90));
        await SecureHosts.UntilAsync(() => Values(a, b, again).Distinct().Count() == 1, "they do not agree");
    }

    private static async Task<List<PeerEvent>> WatchAsync(Hosts host, CancellationToken over)
    {
        var events = new List<PeerEvent>();
        try
        {
            await foreach (var change in host.Replica.WatchPeersAsync(over)) events.Add(change);
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }

        return events;
    }

    private static bool Has(Hosts host, int eventId, string text) =>
        host.Logs.All.Any(e => e.EventId == eventId && e.Message.Contains(text, StringComparison.Ordinal));

    private static bool KnowsItself(Hosts host) =>
        host.Replica.Health.Findings.Any(f => f.Reason == ReplicaHealthReason.Expelled);

    private static IEnumerable<long> Values(params Hosts[] hosts) => hosts.Select(h => h.Replica.GetCounter("sold").Value);

    /// <summary>
    /// Authenticates, says hello, and sends garbage or waits; returns the verdict that the replica closes with.
    /// </summary>
    private static async Task<LinkVerdict> AttackAsync(ChannelSecurity security, int port, bool sendsGarbage)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var authenticating = security.AuthenticateAsync(client.GetStream(), isDialer: true, default);
        await using var channel = await authenticating.WaitAsync(Hosts.Patience);
        var hello = new FrameBuffer();
        var id = new ReplicaId(0xBAD);
        MessageWriter.Write(hello, new Hello(1, 2, "default", id, "hostile", "127.0.0.1:1", new byte[16], false));
        await SendAsync(channel.Stream, hello.Written.ToArray());
        var isOpen = false;
        while (await ReceiveAsync(channel.Stream) is { } frame)
        {
            var reader = new SpanReader(frame);
            Assert.True(MessageReader.TryReadType(ref reader, out var type));
            if (type == MessageType.Bye)
            {
                Assert.True(ControlReader.TryReadNumber(frame, out var verdict));
                return (LinkVerdict)verdict;
            }

            if (type != MessageType.Status || isOpen) continue;
            isOpen = true;
            if (sendsGarbage) await SendAsync(channel.Stream, [0xC1, 0xC1, 0xC1]);
        }

        return LinkVerdict.None;
    }

    private static async Task SendAsync(Stream stream, byte[] frame)
    {
        var bytes = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes, 4);
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    private static async Task<byte[]?> ReceiveAsync(Stream stream)
    {
        try
        {
            var prefix = new byte[4];
            var read = stream.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false).AsTask();
            if (await read.WaitAsync(Hosts.Patience) < 4) return null;
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
            await stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Hosts.Patience);
            return frame;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private Task<Hosts> StartAsync(string node, params string[] seeds) => SecureHosts.StartAsync(
        node,
        o =>
        {
            o.ClusterName = Cluster;
            o.SharedSecret = null;
            o.CertificateFile = Path.Combine(_directory, node, "tls.crt");
            o.CertificateKeyFile = Path.Combine(_directory, node, "tls.key");
            o.TrustedAuthoritiesFile = Path.Combine(_directory, node, "ca.crt");
        },
        seeds);
}
