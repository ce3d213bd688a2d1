using System.Globalization;

namespace PeerReplica.SlowTests.Processes;

public sealed class RelayTests
{
    [NetworkNamespaceFact]
    public async Task Changes_pass_through_a_third_replica_while_two_cannot_reach_each_other_and_straight_again_after()
    {
        using var network = new NetworkNamespaces(3);
        network.Cut(1, 3);
        using var a = await StartAsync(network, 1);
        using var b = await StartAsync(network, 2);
        using var c = await StartAsync(network, 3);
        await b.UntilAsync("up", up => up == "host-1,host-3");

        await a.AskAsync("add 1000");
        await a.AskAsync("fill 500");
        await c.UntilAsync("value", v => v == "1000");
        await c.UntilAsync("hash", HashOf(await a.AskAsync("hash")));
        Assert.True(await b.NumberAsync("metric peerreplica.transfers.relayed") > 0);
        Assert.DoesNotContain("host-3", await a.AskAsync("up"), StringComparison.Ordinal);

        network.Restore(1, 3);
        await a.UntilAsync("up", up => up == "host-2,host-3");
        await c.UntilAsync("up", up => up == "host-1,host-2");
        await b.UntilAsync("up", up => up == "host-1,host-3");

        // What was on its way as the link came up may still be passed on.
        await AddOneByOneAsync(a, c, 1000, 5);
        var relayed = await b.NumberAsync("metric peerreplica.transfers.relayed");
        await AddOneByOneAsync(a, c, 1005, 100);

        // Each would be relayed if relaying went on; a few may be where this machine stands still for longer than the grace period.
        Assert.InRange(await b.NumberAsync("metric peerreplica.transfers.relayed") - relayed, 0, 10);
    }

    private static async Task AddOneByOneAsync(PeerProcess from, PeerProcess to, int before, int count)
    {
        for (var sum = before + 1; sum <= before + count; sum++)
        {
            await from.AskAsync("add 1");
            await to.UntilAsync("value", v => v == sum.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static Task<PeerProcess> StartAsync(NetworkNamespaces network, int host) => PeerProcess.StartAsync(
        $"host-{host}",
        $"{NetworkNamespaces.Address(host)}:7400",
        [.. Enumerable.Range(1, 3).Select(h => $"{NetworkNamespaces.Address(h)}:7400")],
        network.Name(host));

    private static Func<string, bool> HashOf(string hash) => answer => answer == hash;
}
