using System.Net;
using System.Net.Sockets;

namespace PeerReplica.SlowTests.Security;

/// <summary>Attackers between replicas that share a secret, over real sockets, while the replicas go on replicating.</summary>
public sealed class RelayAttackTests
{
    [Fact]
    public async Task A_handshake_relayed_between_two_replicas_lets_nobody_in()
    {
        await using var first = await SecureHosts.StartAsync("first");
        await using var honest = await SecureHosts.StartAsync("honest", first.Address);
        using var relay = new TcpListener(IPAddress.Loopback, 0);
        relay.Start();
        using var over = new CancellationTokenSource();
        var relaying = HandshakeRelay.RunAsync(relay, first.Port, over.Token);
        await using var second = await SecureHosts.StartAsync("second", relay.LocalEndpoint.ToString()!);
        await SecureHosts.UntilAsync(() => Refused(first, "NotAuthenticated") && Refused(second, "NotAuthenticated"), "the relayed handshake was not refused by both");

        for (var i = 0; i < 20; i++) await first.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.Equal(20, honest.Replica.GetCounter("sold").Value);
        Assert.Equal(0, second.Replica.GetCounter("sold").Value);
        Assert.Empty(second.Replica.Peers);
        Assert.Equal("honest", Assert.Single(first.Replica.Peers).NodeName);
        await over.CancelAsync();
        relay.Stop();
        Assert.True(await relaying > 0);
    }

    /// <summary>From the first byte of the handshake to the frames of an open link.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    [InlineData(1_500)]
    [InlineData(6_000)]
    public async Task An_altered_byte_ends_the_connection_and_changes_nothing(int at)
    {
        await using var first = await SecureHosts.StartAsync("first");
        await using var proxy = new TamperingProxy(first.Port);
        var altered = 0;
        proxy.Tamper = (chunk, before, isToListener) =>
        {
            if (isToListener && proxy.Connections == 1 && before <= at && at < before + chunk.Length)
            {
                chunk[at - before] ^= 0x40;
                Interlocked.Increment(ref altered);
            }

            return [chunk];
        };
        await using var second = await SecureHosts.StartAsync("second", proxy.Address);
        await WriteUntilAsync(first, second, () => Volatile.Read(ref altered) > 0);
        await SecureHosts.UntilAsync(() => IsGivenUp(proxy, first), "the connection with the altered byte was not given up");
        await AgreeAsync(first, second);
    }

    [Theory]
    [InlineData("inject")]
    [InlineData("replay")]
    [InlineData("reflect")]
    [InlineData("drop")]
    public async Task Injected_replayed_reflected_and_dropped_bytes_change_nothing(string attack)
    {
        await using var first = await SecureHosts.StartAsync("first");
        await using var proxy = new TamperingProxy(first.Port);
        var attacked = 0;
        byte[]? other = null;
        proxy.Tamper = (chunk, before, isToListener) =>
        {
            if (!isToListener) other = chunk;
            if (!isToListener || proxy.Connections != 1 || before < 3_000 || other is null || Interlocked.Exchange(ref attacked, 1) != 0) return [chunk];
            return attack switch
            {
                // A record of TLS as an attacker without the keys would write it.
                "inject" => [[0x17, 3, 3, 0, 40, .. new byte[40]], chunk],
                "replay" => [chunk, chunk],
                "reflect" => [other, chunk],
                _ => [],
            };
        };
        await using var second = await SecureHosts.StartAsync("second", proxy.Address);
        await WriteUntilAsync(first, second, () => Volatile.Read(ref attacked) > 0);
        await SecureHosts.UntilAsync(() => IsGivenUp(proxy, first), "the attacked connection was not given up");
        await AgreeAsync(first, second);
    }

    [Fact]
    public async Task What_passes_over_the_wire_shows_neither_names_nor_values()
    {
        await using var first = await SecureHosts.StartAsync("node-that-nobody-sees");
        await using var proxy = new TamperingProxy(first.Port);
        var seen = new MemoryStream();
        proxy.Tamper = (chunk, _, _) =>
        {
            lock (seen) seen.Write(chunk);
            return [chunk];
        };
        await using var second = await SecureHosts.StartAsync("another-hidden-node", proxy.Address);
        await AgreeAsync(first, second);
        string wire;
        lock (seen) wire = System.Text.Encoding.Latin1.GetString(seen.ToArray());
        Assert.True(wire.Length > 1_000);
        foreach (var name in new[] { "node-that-nobody-sees", "another-hidden-node", "default", "sold", "members" }) Assert.DoesNotContain(name, wire, StringComparison.Ordinal);
    }

    /// <summary>Before the link is open the dialer tries again; afterwards it may dial the listener at its own address.</summary>
    private static bool IsGivenUp(TamperingProxy proxy, Hosts listener) => proxy.Connections > 1 || listener.Logs.All.Any(e => e.EventId == 4);

    private static bool Refused(Hosts host, string verdict) => host.Logs.Refusals.Any(m => m.Contains($"({verdict})", StringComparison.Ordinal));

    private static async Task WriteUntilAsync(Hosts first, Hosts second, Func<bool> isOver)
    {
        await SecureHosts.UntilAsync(
            () =>
            {
                first.Replica.GetCounter("sold").Add(1);
                second.Replica.GetCounter("sold").Add(1);
                return isOver();
            },
            "the attack did not happen");
    }

    private static async Task AgreeAsync(Hosts first, Hosts second)
    {
        await SecureHosts.UntilAsync(() => first.Linked() == 1 && second.Linked() == 1, "the replicas are not linked");
        await first.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        await second.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.Equal(first.Replica.GetCounter("sold").Value, second.Replica.GetCounter("sold").Value);
        Assert.Equal(await first.Replica.GetContentHashAsync(), await second.Replica.GetContentHashAsync());
    }
}
