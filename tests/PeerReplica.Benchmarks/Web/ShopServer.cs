using System.Net.Sockets;
using PeerReplica.Benchmarks.Load;

namespace PeerReplica.Benchmarks.Web;

/// <summary>An instance of tests/PeerReplica.ShopApp in a process of its own.</summary>
internal sealed class ShopServer : ServerProcess
{
    private ShopServer(int port, string[] arguments)
        : base("dotnet", NewFolder("shop"), [Program, .. arguments, "--urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default", "None"])
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        UntilItAnswers(() =>
        {
            using var client = new TcpClient("127.0.0.1", port);
        });
    }

    public Uri Address { get; }

    /// <summary>Where its own build put it.</summary>
    private static string Program
    {
        get
        {
            var framework = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            var tests = framework.Parent!.Parent!.Parent!.Parent!.FullName;
            return Path.Combine(tests, "PeerReplica.ShopApp", "bin", framework.Parent.Name, framework.Name, "PeerReplica.ShopApp.dll");
        }
    }

    public static ShopServer OnRedis(int redis) => new(FreePort(), ["redis", "--Redis", $"127.0.0.1:{redis}"]);

    /// <summary>Instances that replicate to each other.</summary>
    public static ShopServer[] OnReplica(int count)
    {
        int[] ports = [.. Enumerable.Range(0, count).Select(_ => FreePort())];
        string[] seeds = [.. ports.SelectMany((p, n) => new[] { $"--PeerReplica:Seeds:{n}", $"127.0.0.1:{p}" })];
        string[] Arguments(int i) => ["replica", "--PeerReplica:Listen", $"127.0.0.1:{ports[i]}", "--PeerReplica:NodeName", $"shop-{i}", .. seeds];

        // Each waits for the others before it serves.
        return Task.WhenAll(ports.Select((_, i) => Task.Run(() => new ShopServer(FreePort(), Arguments(i))))).GetAwaiter().GetResult();
    }
}
