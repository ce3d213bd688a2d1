using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PeerReplica.Tests.Security;

namespace PeerReplica.SlowTests.Security;

/// <summary>Strangers who hold, open and fill connections, and what they do not achieve by it.</summary>
public sealed class StrangerAttackTests
{
    private const int Held = 256;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_newcomer_joins_within_5_s_while_256_connections_are_held_half_open(bool isPlain)
    {
        void Configure(PeerReplicaOptions o) => o.SharedSecret = isPlain ? null : o.SharedSecret;
        await using var first = await SecureHosts.StartAsync("first", Configure);
        await using var second = await SecureHosts.StartAsync("second", Configure, first.Address);
        using var attack = new HeldConnections(first.Port, Held);
        await attack.FilledAsync();

        var clock = Stopwatch.StartNew();
        await using var newcomer = await SecureHosts.StartAsync("newcomer", Configure, first.Address);
        await newcomer.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await first.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(2).WithTimeout(Hosts.Patience));
        Assert.Equal(1, newcomer.Replica.GetCounter("sold").Value);
        Assert.Equal(2, first.Replica.Peers.Count);
    }

    [Fact]
    public async Task A_stranger_is_cut_off_after_3_s_however_slowly_it_speaks()
    {
        await using var host = await SecureHosts.StartAsync("host");
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, host.Port);
        var stream = slow.GetStream();
        var clock = Stopwatch.StartNew();
        var dripping = DripAsync(stream);
        var read = new byte[16];
        try
        {
            while (await stream.ReadAsync(read).AsTask().WaitAsync(Hosts.Patience) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset: as good as closed.
        }

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        await dripping;
    }

    [Fact]
    public async Task A_half_open_connection_does_not_keep_a_founder_from_its_first_synchronization()
    {
        var port = FreePort();
        using var attack = new HeldConnections(port, 1);
        await using var founder = await SecureHosts.StartAsync("founder", o => o.Listen = $"127.0.0.1:{port}", $"127.0.0.1:{port}");
        var clock = Stopwatch.StartNew();
        await founder.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task An_impostor_at_a_seeds_address_keeps_nobody_from_joining_by_another_seed()
    {
        using var impostor = new TcpListener(IPAddress.Loopback, 0);
        impostor.Start();
        using var over = new CancellationTokenSource();
        var imposing = ImposeAsync(impostor, over.Token);
        await using var first = await SecureHosts.StartAsync("first");
        first.Replica.GetCounter("sold").Add(7);
        await using var second = await SecureHosts.StartAsync("second", impostor.LocalEndpoint.ToString()!, first.Address);
        await second.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        Assert.Equal(7, second.Replica.GetCounter("sold").Value);
        Assert.Equal("first", Assert.Single(second.Replica.Peers).NodeName);
        await SecureHosts.UntilAsync(() => second.Logs.Refusals.Any(m => m.Contains("NotAuthenticated", StringComparison.Ordinal)), "the impostor was not reported");
        await over.CancelAsync();
        impostor.Stop();
        Assert.True(await imposing > 0);
    }

    [Fact]
    public async Task Strangers_fill_neither_the_log_nor_the_list_of_peers()
    {
        await using var host = await SecureHosts.StartAsync("host");
        for (var i = 0; i < 300; i++)
        {
            using var stranger = new TcpClient();
            await stranger.ConnectAsync(IPAddress.Loopback, host.Port);
            byte[] greeting = (i % 3) switch { 0 => "GET / HTTP/1.1\r\nHost: evil\r\n\r\n"u8.ToArray(), 1 => [0, 0, 0, 5, 1, 2, 3, 4, 5], _ => [0x16, 3, 1, 0, 3, 9, 9, 9] };
            await stranger.GetStream().WriteAsync(greeting);
        }

        await SecureHosts.UntilAsync(() => host.Logs.Refusals.Count() >= 100, "the strangers were not noticed");
        Assert.InRange(host.Logs.All.Count(e => e.Level >= LogLevel.Warning), 1, 6);
        Assert.Empty(host.Replica.Peers);
        Assert.Equal(ReplicaState.Running, host.Replica.State);
        Assert.DoesNotContain(host.Logs.All, e => e.Message.Contains('\n', StringComparison.Ordinal));
    }

    private static async Task DripAsync(NetworkStream stream)
    {
        try
        {
            // The head of a record that announces 512 bytes, and then a byte now and then.
            await stream.WriteAsync(new byte[] { 0x16, 3, 1, 2, 0 });
            while (true)
            {
                await stream.WriteAsync(new byte[] { 1 });
                await Task.Delay(100);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Cut off.
        }
    }

    /// <summary>Answers every dialer with TLS and hello, and proves nothing; how many it met.</summary>
    private static async Task<int> ImposeAsync(TcpListener listener, CancellationToken over)
    {
        var met = 0;
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(over);
                using var peer = new RawPeer(client.GetStream());
                await peer.ListenAsync();
                await peer.SendAsync(await peer.ReceiveAsync());
                await peer.SendAsync(await peer.ReceiveAsync());
                met++;
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException or PeerReplicaException)
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
}
