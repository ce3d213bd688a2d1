using System.Diagnostics;

namespace PeerReplica.SlowTests.Web;

/// <summary>A Redis of its own, without persistence.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly Process _process;

    private RedisServer(Process process, int port) => (_process, Configuration) = (process, $"127.0.0.1:{port}");

    /// <summary>For a client.</summary>
    public string Configuration { get; }

    public static async Task<RedisServer> StartAsync()
    {
        var port = Tools.FreePorts(1)[0];
        var server = new RedisServer(Tools.Start("redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"), port);
        _ = server._process.StandardOutput.ReadToEndAsync();
        _ = server._process.StandardError.ReadToEndAsync();
        await Tools.UntilListensAsync(port);
        return server;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
