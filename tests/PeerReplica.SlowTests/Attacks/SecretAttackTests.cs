using System.Net;
using System.Net.Sockets;
using PeerReplica.SlowTests.Processes;
using PeerReplica.SlowTests.Security;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>Attackers between processes that share a secret, and the secret's replacement, while the processes go on replicating.</summary>
public sealed class SecretAttackTests(SecretCluster cluster) : IClassFixture<SecretCluster>
{
    private const int FirstFramesAt = 3_000;
    private static readonly string[] s_attacks = ["alter", "inject", "replay", "reflect"];

    [Fact]
    public async Task A_handshake_relayed_through_two_proxies_lets_nobody_in()
    {
        var attack = await cluster.BeginAsync();
        using var over = new CancellationTokenSource();
        using var far = new TcpListener(IPAddress.Loopback, 0);
        using var near = new TcpListener(IPAddress.Loopback, 0);
        far.Start();
        near.Start();
        var relaying = Task.WhenAll(HandshakeRelay.RunAsync(far, cluster.Peers[0].Port, over.Token), HandshakeRelay.RunAsync(near, ((IPEndPoint)far.LocalEndpoint).Port, over.Token));
        using (var victim = await cluster.StartAsync("relayed", near.LocalEndpoint.ToString()!))
        {
            await SecureHosts.UntilAsync(
                () => Refused(victim) && Refused(cluster.Peers[0]), "the relayed handshake was not refused by both", TimeSpan.FromSeconds(30));
            Assert.Equal("", await victim.AskAsync("up"));
            await victim.KillAsync();
        }

        await over.CancelAsync();
        near.Stop();
        far.Stop();
        Assert.All(await relaying, relayed => Assert.True(relayed > 0));
        await cluster.EndAsync(attack);
    }

    [Fact]
    public async Task Frames_that_are_altered_injected_replayed_or_reflected_end_the_connection_and_change_nothing()
    {
        var attack = await cluster.BeginAsync();
        foreach (var kind in s_attacks)
        {
            await using var proxy = new TamperingProxy(cluster.Peers[0].Port);
            var (attacked, isOver) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            byte[]? other = null;
            proxy.Tamper = (chunk, before, isToListener) =>
            {
                // Nothing may follow on the attacked connection but its end.
                if (!isToListener) other = chunk;
                if (!isToListener || proxy.Connections != 1 || before < FirstFramesAt || other is null || Interlocked.Exchange(ref attacked, 1) != 0) return [chunk];
                isOver.TrySetResult();
                return Tampered(kind, chunk, other);
            };
            using var peer = await cluster.StartAsync($"through-a-proxy-{kind}", proxy.Address);
            await peer.AskAsync("synced");
            await peer.AskAsync("load 500 5");
            await isOver.Task.WaitAsync(Hosts.Patience);
            await SecureHosts.UntilAsync(() => proxy.Ended > 0, $"{kind}: the connection was not given up");
            await peer.UntilAsync("up", up => up.Split(',').Length == 3, Hosts.Patience);
            cluster.NoteWritten(await peer.NumberAsync("unload"));
            await peer.StopAsync();
        }

        await cluster.EndAsync(attack, cores: 1.2);
    }

    /// <summary>One process after the other is replaced: first by one with both secrets, then by one with the new one alone.</summary>
    [Fact]
    public async Task The_secret_is_replaced_without_a_lost_write()
    {
        var attack = await cluster.BeginAsync();
        foreach (var secrets in new string[][] { [$"SharedSecret={Secrets.Second}", $"PreviousSharedSecrets={Secrets.First}"], [$"SharedSecret={Secrets.Second}"] })
        {
            cluster.SecretSettings = secrets;
            for (var i = 0; i < cluster.Peers.Length; i++)
            {
                var others = cluster.Peers.Where((_, p) => p != i).Select(p => p.Address).ToArray();
                var node = AttackedCluster.Nodes[i];
                await cluster.ReplaceAsync(i, () => cluster.StartAsync(node, others));
                await cluster.AreLinkedAsync();
            }
        }

        await cluster.EndAsync(await cluster.BeginAsync());
        Assert.True(attack.Elapsed > TimeSpan.Zero);
    }

    private static IEnumerable<byte[]> Tampered(string kind, byte[] chunk, byte[] other)
    {
        switch (kind)
        {
            case "alter":
                chunk[^1] ^= 0x40;
                return [chunk];
            case "inject":
                // A record of TLS as an attacker without the keys would write it.
                return [[0x17, 3, 3, 0, 40, .. new byte[40]], chunk];
            case "replay":
                return [chunk, chunk];
            default:
                return [other, chunk];
        }
    }

    private static bool Refused(PeerProcess peer) => peer.Logged.Any(l => l.Contains("NotAuthenticated", StringComparison.Ordinal));
}
