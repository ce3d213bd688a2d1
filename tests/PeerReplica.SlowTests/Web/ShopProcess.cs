using System.Diagnostics;

namespace PeerReplica.SlowTests.Web;

/// <summary>An instance of the shop (tests/PeerReplica.ShopApp) in a process of its own, with Kestrel.</summary>
internal sealed class ShopProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    private ShopProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it serves.</summary>
    public Uri Address { get; }

    /// <summary>Starts instances on PeerReplica that know each other.</summary>
    public static async Task<ShopProcess[]> StartOnReplicaAsync(int count)
    {
        var ports = Tools.FreePorts(count);
        return await Task.WhenAll(ports.Select((port, i) => StartAsync(
        [
            "replica", "--PeerReplica:Listen", $"127.0.0.1:{port}", "--PeerReplica:NodeName", $"shop-{i}", "--PeerReplica:SeedTimeout", "1s",
            .. ports.SelectMany((p, n) => new[] { $"--PeerReplica:Seeds:{n}", $"127.0.0.1:{p}" }),
        ])));
    }

    /// <summary>Starts instances with a dashboard that is open to this machine. A test chooses their names, and that of one object.</summary>
    public static async Task<ShopProcess[]> StartWithDashboardAsync(string[] names, string extraObject = "")
    {
        var ports = Tools.FreePorts(names.Length);
        return await Task.WhenAll(names.Select((name, i) => StartAsync(
        [
            "dashboard", "--environment", "Development", "--Extra", extraObject, "--PeerReplica:Listen", $"127.0.0.1:{ports[i]}",
            "--PeerReplica:NodeName", name, "--PeerReplica:ExpectedReplicas", $"{names.Length}", "--PeerReplica:SeedTimeout", "1s",
            "--PeerReplica:HeartbeatInterval", "500ms", "--PeerReplica:PeerTimeout", "2s",
            .. ports.SelectMany((p, n) => new[] { $"--PeerReplica:Seeds:{n}", $"127.0.0.1:{p}" }),
        ])));
    }

    /// <summary>Starts instances on a Redis.</summary>
    public static Task<ShopProcess[]> StartOnRedisAsync(int count, RedisServer redis) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartAsync(["redis", "--Redis", redis.Configuration])));

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private static async Task<ShopProcess> StartAsync(string[] arguments)
    {
        var process = Tools.Start("dotnet", [Programs.ShopApp, .. arguments, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"]);
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(s_patience);
        if (line is null || !line.StartsWith("serves ", StringComparison.Ordinal)) throw new InvalidOperationException($"The shop ended: {line} {await errors}");
        _ = process.StandardOutput.ReadToEndAsync();
        return new ShopProcess(process, new Uri(line["serves ".Length..]));
    }
}
