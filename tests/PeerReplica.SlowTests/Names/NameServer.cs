using System.Diagnostics;
using System.Globalization;
using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Names;

/// <summary>dnsmasq on a host of its own. It answers for one name, with the addresses of the hosts that it is told, and knows nothing else.</summary>
internal sealed class NameServer : IDisposable
{
    public const string Name = "app.test";
    public const string Seed = $"{Name}:7400";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("peerreplica-names-").FullName;
    private readonly Process _process;

    private NameServer(NetworkNamespaces network, int host)
    {
        File.WriteAllText(Records, "");
        network.ResolveAt(NetworkNamespaces.Address(host));
        var start = new ProcessStartInfo("ip") { RedirectStandardError = true };
        string[] command =
        [
            "netns", "exec", network.Name(host), "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--no-resolv", "--no-hosts", "--local-ttl=0", "--log-facility=-",
            $"--addn-hosts={Records}", $"--pid-file={Path.Combine(_folder, "pid")}", $"--listen-address={NetworkNamespaces.Address(host)}", "--bind-interfaces",
        ];
        foreach (var argument in command) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>Why there is none on this machine, and how to get it; null when there is.</summary>
    public static string? WhyNot => NetworkNamespaces.Exists("dnsmasq") ? null : "'dnsmasq' is missing: apt-get install dnsmasq-base";

    private string Records => Path.Combine(_folder, "hosts");

    /// <summary>Starts it; from then on every process that is started on one of the hosts asks it.</summary>
    public static async Task<NameServer> StartAsync(NetworkNamespaces network, int host, params int[] answer)
    {
        var server = new NameServer(network, host);
        server.Write(answer);
        await server.UntilLoggedAsync("started");
        _ = server._process.StandardError.ReadToEndAsync();
        server.Answer(answer);
        return server;
    }

    /// <summary>From now on the name stands for these hosts.</summary>
    public void Answer(params int[] hosts)
    {
        Write(hosts);
        using var kill = Process.Start("kill", ["-s", "HUP", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Write(int[] hosts) => File.WriteAllLines(Records, hosts.Select(h => $"{NetworkNamespaces.Address(h)} {Name}"));

    private async Task UntilLoggedAsync(string text)
    {
        while (true)
        {
            var line = await _process.StandardError.ReadLineAsync().WaitAsync(s_patience);
            if (line is null) throw new InvalidOperationException("dnsmasq ended before it was ready.");
            if (line.Contains(text, StringComparison.Ordinal)) return;
        }
    }
}
