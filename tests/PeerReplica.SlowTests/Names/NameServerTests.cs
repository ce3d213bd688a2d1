using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Names;

/// <summary>Replicas that find each other by one name with several addresses, as behind a headless Kubernetes service: real processes, hosts and name server.</summary>
public sealed class NameServerTests
{
    [NameServerFact]
    public async Task Every_replica_behind_one_name_is_replaced_at_a_new_address_while_tickets_are_sold_and_none_is_sold_twice()
    {
        using var network = new NetworkNamespaces(7);
        using var names = await NameServer.StartAsync(network, host: 7, 1, 2, 3);
        using var peers = new NamedPeers(network);
        await peers.RunAsync(async () =>
        {
            await peers.StartAsync(1, 2, 3);
            await peers.UntilOneClusterAsync();
            await SellSlowlyAsync(peers);
            await peers.StopAsync(1);
            names.Answer(2, 3, 4);
            await JoinAsync(peers, 4);
            await peers.KillAsync(2);
            names.Answer(3, 4, 5);
            await JoinAsync(peers, 5);
            await peers.StopAsync(3);
            names.Answer(4, 5, 6);
            await JoinAsync(peers, 6);

            // Their settings name nobody else: all that they know of each other they learned from the name.
            Assert.Equal([4, 5, 6], peers.Hosts);
            await JudgeAsync(peers, kills: 1);
        });
    }

    [NameServerFact]
    public async Task A_first_address_that_drops_every_packet_blocks_neither_the_start_nor_a_replacement()
    {
        using var network = new NetworkNamespaces(6);
        network.Silence(1);
        using var names = await NameServer.StartAsync(network, host: 6, 1, 2, 3);
        using var peers = new NamedPeers(network);
        await peers.RunAsync(async () =>
        {
            await peers.StartAsync(2, 3);
            await peers.UntilOneClusterAsync();
            await SellSlowlyAsync(peers);
            names.Answer(1, 2, 3, 4);
            await JoinAsync(peers, 4);
            await peers.StopAsync(2);
            names.Answer(1, 3, 4, 5);
            await JoinAsync(peers, 5);
            await JudgeAsync(peers, kills: 0);
        });
    }

    [NameServerFact]
    public async Task First_addresses_of_other_services_do_not_block_the_others()
    {
        using var network = new NetworkNamespaces(6);
        using var silent = new ForeignService(network, 1, greeting: "");
        using var mail = new ForeignService(network, 2, greeting: "220 mail.test ESMTP ready\r\n");
        using var names = await NameServer.StartAsync(network, host: 6, 1, 2, 3, 4, 5);
        using var peers = new NamedPeers(network);
        await peers.RunAsync(async () =>
        {
            await peers.StartAsync(3, 4, 5);
            await peers.UntilOneClusterAsync();
            Assert.True(silent.Connections > 0 && mail.Connections > 0, "a service was not dialed");
            await JudgeAsync(peers, kills: 0);

            // Both are dialed with back-off, by three replicas.
            Assert.InRange(silent.Connections + mail.Connections, 2, 200);
        });
    }

    [NameServerFact]
    public async Task A_first_address_of_another_cluster_does_not_block_the_others()
    {
        using var network = new NetworkNamespaces(5);
        using var names = await NameServer.StartAsync(network, host: 5, 1, 2, 3, 4);
        using var other = await PeerProcess.StartAsync("other", $"{NetworkNamespaces.Address(1)}:7400", [], network.Name(1), null, "ClusterName=other");
        using var peers = new NamedPeers(network);
        await peers.RunAsync(async () =>
        {
            await peers.StartAsync(2, 3, 4);
            await peers.UntilOneClusterAsync();
            await JudgeAsync(peers, kills: 0);
            Assert.Contains($"PeerRefused:{NetworkNamespaces.Address(1)}", await peers[2].AskAsync("health"), StringComparison.Ordinal);
        });
        Assert.Equal("", await other.AskAsync("up"));
    }

    /// <summary>So slow that the sale goes on through all that follows.</summary>
    private static async Task SellSlowlyAsync(NamedPeers peers)
    {
        foreach (var host in peers.Hosts) await peers[host].AskAsync("sell 100");
    }

    private static async Task JoinAsync(NamedPeers peers, int host)
    {
        var before = peers.Journaled;
        await peers.StartAsync(host);
        await peers[host].AskAsync("sell 100");
        await peers.UntilOneClusterAsync();
        Assert.True(peers.Journaled > before, "nothing was sold while a replica was replaced");
    }

    private static async Task JudgeAsync(NamedPeers peers, int kills)
    {
        var audit = await peers.SellOutAsync();
        Assert.Equal(0, audit.Oversold);
        Assert.Equal(NamedPeers.Capacity, audit.Issued);
        Assert.True(peers.Journaled <= NamedPeers.Capacity, $"{peers.Journaled} tickets were sold");

        // One that is killed may have told others of its last sale and not yet journaled it, and may have sold what they do not know of.
        Assert.InRange(peers.Journaled, audit.Sold - kills, audit.Sold + audit.Stranded);
        if (kills == 0) Assert.Equal(0, audit.Stranded);
    }
}
