using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A Redis server that keeps nothing on disk: a primary, or a replica of one.</summary>
internal sealed class RedisServer : ServerProcess
{
    public const string Package = "redis-server";

    private RedisServer(int port, string folder, string[] more)
        : base(Package, [
            "--port", Text(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
            "--repl-diskless-load", "on-empty-db", "--client-output-buffer-limit", "replica 0 0 0", "--notify-keyspace-events", "E$", .. more])
    {
        Port = port;
        Folder = folder;
        UntilItAnswers(() =>
        {
            using var client = new RespClient(port);
            client.Ask("PING");
        });
    }

    public static bool IsInstalled { get; } = PathOf(Package) is not null;

    public int Port { get; }

    private string Folder { get; }

    public static RedisServer Start() => new(FreePort(), Directory.CreateTempSubdirectory("peerreplica-redis-").FullName, []);

    public RedisServer StartReplica() => new(FreePort(), Directory.CreateTempSubdirectory("peerreplica-redis-").FullName, ["--replicaof", "127.0.0.1", Text(Port)]);

    /// <summary>Returns when it is linked with its primary and has what that had.</summary>
    public void UntilSynced()
    {
        using var client = new RespClient(Port);
        while (!client.Ask("INFO", "replication")!.Contains("master_link_status:up", StringComparison.Ordinal)) Thread.Sleep(1);
    }

    /// <summary>One line of what it says about itself.</summary>
    public double Info(string section, string name)
    {
        using var client = new RespClient(Port);
        var line = client.Ask("INFO", section)!.Split("\r\n").Single(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
