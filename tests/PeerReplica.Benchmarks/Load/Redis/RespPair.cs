namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A primary with one replica, or with two.</summary>
internal sealed class RespPair : IDisposable
{
    private RespPair(params RespServer[] servers) => Servers = servers;

    /// <summary>The primary first.</summary>
    public IReadOnlyList<RespServer> Servers { get; }

    public RespServer Primary => Servers[0];

    public RespServer Replica => Servers[1];

    public static RespPair? StartRedisIfInstalled(bool hasTwoReplicas = false)
    {
        if (!RedisServer.IsInstalled) return null;
        var primary = RedisServer.Start();
        RespServer[] replicas = [.. Enumerable.Range(0, hasTwoReplicas ? 2 : 1).Select(_ => primary.StartReplica())];
        foreach (var replica in replicas) replica.UntilSynced();
        return new([primary, .. replicas]);
    }

    public static RespPair? StartGarnetIfInstalled()
    {
        if (!GarnetServer.IsInstalled) return null;
        var (primary, replica) = (GarnetServer.Start(), GarnetServer.Start());
        primary.Lead(replica);
        return new(primary, replica);
    }

    public void Dispose()
    {
        foreach (var server in Servers.Reverse()) server.Dispose();
    }
}
