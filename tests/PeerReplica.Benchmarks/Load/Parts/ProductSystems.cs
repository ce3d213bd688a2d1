using PeerReplica.Benchmarks.Load.AkkaNet;
using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>
/// All that <see cref="Products"/> compares, started: two replicas, two nodes of Akka.NET, a primary and a replica of
/// Redis and of Garnet, and a NATS server. A server that is not installed is null.
/// </summary>
internal sealed class ProductSystems : IDisposable
{
    private ProductSystems(PeerGroup replicas, PeerGroup akka)
    {
        Replicas = replicas;
        Akka = akka;
    }

    public PeerGroup Replicas { get; }

    public PeerGroup Akka { get; }

    /// <summary>Two processes with the clients of the servers.</summary>
    public PeerGroup Clients { get; } = PeerGroup.StartWithoutLinks(2);

    public RespPair? Redis { get; } = RespPair.StartRedisIfInstalled();

    public RespPair? Garnet { get; } = RespPair.StartGarnetIfInstalled();

    public NatsServer? Nats { get; } = NatsServer.IsInstalled ? NatsServer.Start() : null;

    public static async Task<ProductSystems> StartAsync() =>
        new(await PeerGroup.StartAsync(2), await AkkaGroup.StartAsync(2));

    /// <summary>CPU seconds of each process since its start, by product.</summary>
    public async Task<Dictionary<string, double[]>> CpuAsync()
    {
        var cpu = new Dictionary<string, double[]> { ["PeerReplica"] = await Replicas.CpuAsync() };
        if (Redis is not null) cpu["Redis"] = [.. Redis.Servers.Select(s => s.Cpu)];
        if (Garnet is not null) cpu["Garnet"] = [.. Garnet.Servers.Select(s => s.Cpu)];
        if (Nats is not null) cpu["NATS"] = [Nats.Cpu];
        cpu["Akka.NET"] = await Akka.CpuAsync();
        return cpu;
    }

    public void Dispose()
    {
        Akka.Dispose();
        Nats?.Dispose();
        Garnet?.Dispose();
        Redis?.Dispose();
        Clients.Dispose();
        Replicas.Dispose();
    }
}
