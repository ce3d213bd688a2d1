using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace PeerReplica.SlowTests.Processes;

/// <summary>Three peers that sell the same tickets, each on a host of its own and with a journal that outlives it.</summary>
internal sealed class SalePeers(NetworkNamespaces network) : IDisposable
{
    /// <summary>So slow that faults fall into the sale.</summary>
    public const string Sell = "sell 700";

    private readonly string _folder = Directory.CreateTempSubdirectory("peerreplica-sale-").FullName;

    /// <summary>Peers start at the same time, each on a thread of its own.</summary>
    private readonly ConcurrentDictionary<int, PeerProcess> _peers = [];
    private readonly List<PeerProcess> _killed = [];
    private readonly StringBuilder _logs = new();

    public static int[] Hosts { get; } = [1, 2, 3];

    public PeerProcess this[int host] => _peers[host];

    /// <summary>How many tickets stand in the journals.</summary>
    public long Journaled => Hosts.Sum(h => File.Exists(JournalOf(h)) ? new FileInfo(JournalOf(h)).Length : 0);

    public async Task StartAsync(int host) => _peers[host] = await PeerProcess.StartAsync(
        $"host-{host}",
        $"{NetworkNamespaces.Address(host)}:7400",
        [.. Hosts.Select(h => $"{NetworkNamespaces.Address(h)}:7400")],
        network.Name(host),
        JournalOf(host));

    public async Task KillAsync(int host)
    {
        var logs = await _peers[host].KillAsync();
        lock (_logs) _logs.AppendLine(CultureInfo.InvariantCulture, $"host-{host}, killed:").Append(logs);
        _killed.Add(_peers[host]);
    }

    public async Task<EscrowAudit> AuditAsync(int host)
    {
        var words = (await _peers[host].AskAsync("audit")).Split(' ');
        var numbers = Array.ConvertAll(words[..5], w => long.Parse(w, CultureInfo.InvariantCulture));
        return new EscrowAudit(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], bool.Parse(words[5]));
    }

    /// <summary>What every peer knows of the escrow, as lines; then kills all and adds what they logged.</summary>
    public async Task<string> PostMortemAsync()
    {
        var text = new StringBuilder();
        foreach (var host in Hosts)
        {
            foreach (var command in (string[])["state", "up", "audit", "explain"])
                text.AppendLine(CultureInfo.InvariantCulture, $"host-{host} {command}: {(await AnswerAsync(host, command)).Replace(" | ", "\n  ", StringComparison.Ordinal)}");
        }

        foreach (var host in Hosts) await KillAsync(host);
        return text.Append(_logs).ToString();
    }

    public void Dispose()
    {
        foreach (var peer in _peers.Values.Union(_killed)) peer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> AnswerAsync(int host, string command)
    {
        try
        {
            return await _peers[host].AskAsync(command).WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }

    private string JournalOf(int host) => Path.Combine(_folder, $"host-{host}");
}
