namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A primary with one replica, or with two.</summary>
internal sealed class RedisPair : IDisposable
{
    private RedisPair(bool hasTwoReplicas)
    {
        Primary = RedisServer.Start();
        Replica = Primary.StartReplica();
        SecondReplica = hasTwoReplicas ? Primary.StartReplica() : null;
        Replica.UntilSynced();
        SecondReplica?.UntilSynced();
    }

    public RedisServer Primary { get; }

    public RedisServer Replica { get; }

    public RedisServer? SecondReplica { get; }

    public static RedisPair? StartIfInstalled(bool hasTwoReplicas = false) => RedisServer.IsInstalled ? new(hasTwoReplicas) : null;

    public void Dispose()
    {
        SecondReplica?.Dispose();
        Replica.Dispose();
        Primary.Dispose();
    }
}
