using System.Diagnostics;

namespace PeerReplica.SlowTests.Processes;

/// <summary>Several hosts on this machine: network namespaces on one bridge, that can be cut from each other with iptables.</summary>
internal sealed class NetworkNamespaces : IDisposable
{
    private static int s_made;

    /// <summary>Interfaces have at most 15 characters.</summary>
    private readonly string _prefix = $"pr{Environment.ProcessId % 10_000}{(char)('a' + (Interlocked.Increment(ref s_made) % 26))}";
    private readonly int _count;

    public NetworkNamespaces(int count)
    {
        _count = count;
        try
        {
            Run("ip", "link", "add", Bridge, "type", "bridge");
            Run("ip", "link", "set", Bridge, "up");
            for (var host = 1; host <= count; host++) AddHost(host);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why this machine cannot do it, and how to enable it; null when it can.</summary>
    public static string? WhyNot
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return "network namespaces need Linux";
            if (Environment.UserName != "root") return "network namespaces need root: run the tests as root";
            foreach (var program in (string[])["ip", "iptables"])
            {
                if (!Exists(program)) return $"'{program}' is missing: apt-get install iproute2 iptables";
            }

            return null;
        }
    }

    private string Bridge => $"{_prefix}br";

    public string Name(int host) => $"{_prefix}h{host}";

    public static string Address(int host) => $"10.231.77.{host}";

    /// <summary>From now on no packet passes between two hosts.</summary>
    public void Cut(int a, int b)
    {
        Rule("-A", a, b);
        Rule("-A", b, a);
    }

    public void Restore(int a, int b)
    {
        Rule("-D", a, b);
        Rule("-D", b, a);
    }

    /// <summary>From now on a host gets no packet at all, and refuses none: whoever connects to it waits.</summary>
    public void Silence(int host) => Run("ip", "netns", "exec", Name(host), "iptables", "-A", "INPUT", "-j", "DROP");

    /// <summary>From now on all hosts ask this name server. Holds for processes that are started later.</summary>
    public void ResolveAt(string address)
    {
        for (var host = 1; host <= _count; host++)
        {
            Directory.CreateDirectory(Configuration(host));
            File.WriteAllText(Path.Combine(Configuration(host), "resolv.conf"), $"nameserver {address}\noptions timeout:1 attempts:2\n");
        }
    }

    public void Dispose()
    {
        for (var host = 1; host <= _count; host++)
        {
            TryRun("ip", "netns", "delete", Name(host));
            if (Directory.Exists(Configuration(host))) Directory.Delete(Configuration(host), recursive: true);
        }

        TryRun("ip", "link", "delete", Bridge);
    }

    private void AddHost(int host)
    {
        var (outer, inner) = ($"{_prefix}v{host}", $"{_prefix}e{host}");
        Run("ip", "netns", "add", Name(host));
        Run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner);
        Run("ip", "link", "set", outer, "master", Bridge, "up");
        Run("ip", "link", "set", inner, "netns", Name(host));
        Run("ip", "netns", "exec", Name(host), "ip", "addr", "add", $"{Address(host)}/24", "dev", inner);
        Run("ip", "netns", "exec", Name(host), "ip", "link", "set", inner, "up");
        Run("ip", "netns", "exec", Name(host), "ip", "link", "set", "lo", "up");
    }

    /// <summary>Drops on the receiving host what comes from the other.</summary>
    private void Rule(string action, int host, int from) =>
        Run("ip", "netns", "exec", Name(host), "iptables", action, "INPUT", "-s", Address(from), "-j", "DROP");

    /// <summary>What stands here replaces the same file of /etc for processes on the host (ip-netns(8)).</summary>
    private string Configuration(int host) => $"/etc/netns/{Name(host)}";

    /// <summary>Whether a program is installed.</summary>
    internal static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Any(d => File.Exists(Path.Combine(d, program)));

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }

    private static void TryRun(string program, params string[] arguments)
    {
        try
        {
            Run(program, arguments);
        }
        catch (InvalidOperationException)
        {
            // It was never made.
        }
    }
}
