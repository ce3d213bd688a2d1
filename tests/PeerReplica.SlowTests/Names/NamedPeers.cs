using System.Globalization;
using System.Text;
using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Names;

/// <summary>
/// Peers that know one name and nothing else, each on a host of its own. They sell the same tickets, without <c>ExpectedReplicas</c>: that the tickets are granted once
/// rests on the name alone.
/// </summary>
internal sealed class NamedPeers(NetworkNamespaces network) : IDisposable
{
    public const long Capacity = 10_000;
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("peerreplica-named-").FullName;
    private readonly SortedDictionary<int, PeerProcess> _running = [];
    private readonly List<PeerProcess> _all = [];
    private readonly StringBuilder _logs = new();

    public PeerProcess this[int host] => _running[host];

    public IEnumerable<int> Hosts => _running.Keys;

    /// <summary>How many tickets stand in the journals.</summary>
    public long Journaled => Directory.EnumerateFiles(_folder).Sum(f => new FileInfo(f).Length);

    public async Task StartAsync(int host, params string[] settings)
    {
        var peer = await PeerProcess.StartAsync(
            NameOf(host),
            $"{NetworkNamespaces.Address(host)}:7400",
            [NameServer.Seed],
            network.Name(host),
            Path.Combine(_folder, NameOf(host)),
            ["ExpectedReplicas=0", "SeedTimeout=2s", "ForgetAfter=1s", .. settings]);
        lock (_all)
        {
            _all.Add(peer);
            _running[host] = peer;
        }
    }

    public Task StartAsync(params int[] hosts) => Task.WhenAll(hosts.Select(h => StartAsync(h, [])));

    public async Task StopAsync(int host)
    {
        await _running[host].StopAsync();
        _running.Remove(host);
    }

    public async Task KillAsync(int host)
    {
        _logs.AppendLine(CultureInfo.InvariantCulture, $"{NameOf(host)}, killed:").Append(await _running[host].KillAsync());
        _running.Remove(host);
    }

    /// <summary>Waits until all that run are linked with each other and with nobody else, are synchronized, and are the voters of one consensus.</summary>
    public async Task UntilOneClusterAsync()
    {
        foreach (var (host, peer) in _running)
        {
            await peer.UntilAsync("up", up => up == string.Join(',', Hosts.Where(h => h != host).Select(NameOf)), s_within);
            await peer.UntilAsync("health", h => !h.Contains("NotSynchronized", StringComparison.Ordinal), s_within);
            await peer.UntilAsync("audit", a => a.StartsWith($"{Capacity} ", StringComparison.Ordinal), s_within);
            await peer.UntilAsync("voters", v => v == string.Join(',', Hosts.Select(NameOf)), s_within);
        }
    }

    /// <summary>Sells what is left, waits until all hold the same, and returns the audit, on which all agree.</summary>
    public async Task<EscrowAudit> SellOutAsync()
    {
        foreach (var peer in _running.Values) await peer.AskAsync("sell 20000");
        foreach (var peer in _running.Values) await peer.UntilAsync("audit", a => a.Split(' ') is [_, _, "0", "0", _, "True"], s_within);
        foreach (var peer in _running.Values) await peer.AskAsync("unsell");
        var first = _running.Values.First();
        foreach (var peer in _running.Values) await peer.UntilHashesAreEqualAsync(first, s_within);
        var audits = new HashSet<string>();
        foreach (var peer in _running.Values) audits.Add(await peer.AskAsync("audit"));
        var words = Assert.Single(audits).Split(' ');
        var numbers = Array.ConvertAll(words[..5], w => long.Parse(w, CultureInfo.InvariantCulture));
        return new EscrowAudit(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], bool.Parse(words[5]));
    }

    /// <summary>Runs a test; if it fails, with what every peer says and logged.</summary>
    public async Task RunAsync(Func<Task> test)
    {
        try
        {
            await test();
        }
        catch (Exception e)
        {
            foreach (var host in Hosts.ToArray())
            {
                foreach (var command in (string[])["up", "health", "audit", "voters"])
                    _logs.AppendLine(CultureInfo.InvariantCulture, $"{NameOf(host)} {command}: {await AnswerAsync(host, command)}");
                await KillAsync(host);
            }

            Assert.Fail($"{e.Message}\n{_logs}");
        }
    }

    public void Dispose()
    {
        foreach (var peer in _all) peer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> AnswerAsync(int host, string command)
    {
        try
        {
            return await _running[host].AskAsync(command).WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }

    private static string NameOf(int host) => $"host-{host}";
}
