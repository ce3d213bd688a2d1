using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Processes;

/// <summary>
/// The bounded counter's promise, by real processes: whatever is killed, stopped and cut off, nothing is sold twice and nothing that can be sold is left.
/// </summary>
public sealed class SaleTests(ITestOutputHelper output)
{
    private const long Capacity = 10_000;
    private const long Allowance = 50;
    private static readonly TimeSpan s_soldOutWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_agreedWithin = TimeSpan.FromSeconds(30);

    [NetworkNamespaceFact]
    public async Task Three_processes_that_are_killed_stopped_and_cut_off_sell_every_ticket_once()
    {
        var (rounds, seed) = (Number("PEERREPLICA_SALE_ROUNDS", 3), Number("PEERREPLICA_SALE_SEED", 1));
        for (var round = 0; round < rounds; round++)
        {
            using var network = new NetworkNamespaces(3);
            await RunAsync(network, seed + round);
        }
    }

    private async Task RunAsync(NetworkNamespaces network, int seed)
    {
        using var peers = new SalePeers(network);
        var faults = new SaleFaults(peers, network, seed);
        try
        {
            await RunAsync(peers, faults, seed);
        }
        catch (Exception e)
        {
            Assert.Fail($"seed {seed}, after {faults}: {e.Message}\njournals {peers.Journaled}\n{await peers.PostMortemAsync()}");
        }
    }

    private async Task RunAsync(SalePeers peers, SaleFaults faults, int seed)
    {
        await Task.WhenAll(SalePeers.Hosts.Select(peers.StartAsync));
        foreach (var host in SalePeers.Hosts) await peers[host].UntilAsync("audit", a => a.StartsWith($"{Capacity} ", StringComparison.Ordinal));
        foreach (var host in SalePeers.Hosts) await peers[host].AskAsync(SalePeers.Sell);
        var clock = Stopwatch.StartNew();
        await faults.RunAsync(soldAtMost: Capacity - 500);
        var (healedAt, soldByThen) = (clock.Elapsed, peers.Journaled);
        await UntilSoldOutAsync(peers);
        var soldOutAt = clock.Elapsed;
        foreach (var host in SalePeers.Hosts) Assert.Equal("refused", await peers[host].AskAsync("take"));
        foreach (var host in SalePeers.Hosts) await peers[host].AskAsync("unsell");
        var audit = await UntilAgreedAsync(peers);
        output.WriteLine(
            $"seed {seed}: journals {peers.Journaled}, {audit}, {faults.Kills} kills, {faults.Count} faults; "
                + $"healed after {healedAt.TotalSeconds:0.0} s with {soldByThen} sold, sold out after {soldOutAt.TotalSeconds:0.0} s; {faults}");
        Judge(audit, peers.Journaled, faults.Kills);
    }

    private static void Judge(EscrowAudit audit, long journaled, int kills)
    {
        Assert.True(journaled <= Capacity, $"{journaled} tickets were sold");
        Assert.Equal(new EscrowAudit(Capacity, Capacity - audit.Stranded, 0, 0, audit.Stranded, true), audit);
        Assert.InRange(audit.Stranded, 0, Allowance * kills);

        // A killed peer sold at most what its account left in doubt beyond what others know of. It may have told others of one sale, the last, and been killed before
        // that stood in its journal.
        Assert.InRange(journaled, audit.Sold - kills, audit.Sold + audit.Stranded);
    }

    private static async Task UntilSoldOutAsync(SalePeers peers)
    {
        // Nothing is free, and everyone was told so after it was.
        foreach (var host in SalePeers.Hosts)
        {
            await peers[host].UntilAsync("audit", a => a.Split(' ') is [_, _, "0", "0", _, "True"], s_soldOutWithin);
            var refused = await peers[host].NumberAsync("refused");
            await peers[host].UntilAsync("refused", r => long.Parse(r, CultureInfo.InvariantCulture) > refused, s_soldOutWithin);
        }
    }

    /// <summary>Returns what all three say, once they say the same and hold the same.</summary>
    private static async Task<EscrowAudit> UntilAgreedAsync(SalePeers peers)
    {
        // What the last refusals changed in the accounts is still being told: the hashes meet once it has been.
        var clock = Stopwatch.StartNew();
        while ((await Task.WhenAll(SalePeers.Hosts.Select(h => peers[h].AskAsync("hash")))).Distinct().Count() > 1)
        {
            Assert.True(clock.Elapsed < s_agreedWithin, "the content hashes still differ");
            await Task.Delay(20);
        }

        var audit = await peers.AuditAsync(1);
        Assert.Equal(audit, await peers.AuditAsync(2));
        Assert.Equal(audit, await peers.AuditAsync(3));
        return audit;
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
