using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Names;

/// <summary>Advertised addresses that peers cannot use: real processes, hosts and name server.</summary>
public sealed class AdvertisedAddressTests
{
    [NameServerFact]
    public async Task A_replica_learns_that_peers_cannot_connect_to_what_it_advertises_and_the_cluster_works()
    {
        using var network = new NetworkNamespaces(4);
        using var names = await NameServer.StartAsync(network, host: 4, 1, 2, 3);
        using var peers = new NamedPeers(network);
        await peers.RunAsync(async () =>
        {
            await Task.WhenAll(peers.StartAsync(1, "Advertise=host-1.nowhere:7400"), peers.StartAsync(2, $"Advertise={NetworkNamespaces.Address(2)}:7401"), peers.StartAsync(3, []));
            await peers.UntilOneClusterAsync();
            await peers[1].UntilAsync("health", h => h.Contains("AdvertisedAddressUnreachable:host-1.nowhere:7400", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
            await peers[2].UntilAsync("health", h => h.Contains("AdvertisedAddressUnreachable:", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
            Assert.DoesNotContain("AdvertisedAddressUnreachable", await peers[3].AskAsync("health"), StringComparison.Ordinal);
            var audit = await peers.SellOutAsync();
            Assert.Equal((0, NamedPeers.Capacity), (audit.Oversold, audit.Issued));
        });
    }

    [NameServerFact]
    public async Task Peers_that_advertise_what_nobody_resolves_are_linked_with_each_other_through_one_that_both_know()
    {
        using var network = new NetworkNamespaces(4);
        using var names = await NameServer.StartAsync(network, host: 4, 2);
        using var peers = new NamedPeers(network);
        await peers.RunAsync(async () =>
        {
            await Task.WhenAll(peers.StartAsync(1, "Advertise=host-1.nowhere:7400"), peers.StartAsync(2, []), peers.StartAsync(3, "Advertise=host-3.nowhere:7400"));
            await peers.UntilOneClusterAsync();
        });
    }
}
