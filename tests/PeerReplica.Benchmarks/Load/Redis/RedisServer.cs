namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A Redis server that keeps nothing on disk: a primary, or a replica of one.</summary>
internal sealed class RedisServer : RespServer
{
    public const string Package = "redis-server";

    private RedisServer(int port, string folder, string[] more)
        : base(Package, port, folder, [
            "--port", Text(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
            "--repl-diskless-load", "on-empty-db", "--client-output-buffer-limit", "replica 0 0 0", "--notify-keyspace-events", "E$", .. more])
    {
    }

    public static bool IsInstalled { get; } = PathOf(Package) is not null;

    public static RedisServer Start() => new(FreePort(), NewFolder("redis"), []);

    public RedisServer StartReplica() => new(FreePort(), NewFolder("redis"), ["--replicaof", "127.0.0.1", Text(Port)]);
}
