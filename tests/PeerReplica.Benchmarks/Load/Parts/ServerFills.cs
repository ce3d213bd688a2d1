using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>The same on Redis or Garnet until the replicas have all keys, and on NATS until the subscriber has all messages.</summary>
internal static class ServerFills
{
    /// <summary>CPU seconds: of the client, the primary, and each replica.</summary>
    public static async Task<FillResult> FillAsync(RespPair redis, PeerGroup group, int count, int size)
    {
        using (var admin = new RespClient(redis.Primary.Port)) admin.Ask("FLUSHALL");
        var servers = redis.Servers;
        foreach (var server in servers) await group[0].AskAsync($"redis-empty {server.Port}");
        await group[0].AskAsync($"prepare r {count} {size} 1");
        var before = await CpuAsync(group, servers);
        var offset = redis.Primary.Info("replication", "master_repl_offset");
        for (var i = 1; i < servers.Count; i++) await group[i].TellAsync($"redis-arrived {servers[i].Port} {count}");
        var written = await group[0].NumbersAsync($"redis-fill {redis.Primary.Port}");
        var arrived = 0.0;
        for (var i = 1; i < servers.Count; i++) arrived = Math.Max(arrived, (await group[i].NumbersAsync())[0]);
        var after = await CpuAsync(group, servers);
        offset = redis.Primary.Info("replication", "master_repl_offset") - offset;
        await group[0].AskAsync("release");
        return new(count, Fills.Seconds(written[0], written[1]), Fills.Seconds(written[0], arrived), [.. after.Zip(before, (a, b) => a - b)], [offset]);
    }

    /// <summary>CPU seconds: of the publisher, the server, and the subscriber.</summary>
    public static async Task<FillResult> FillAsync(NatsServer nats, PeerGroup group, int count, int size)
    {
        await group[0].AskAsync($"prepare n {count} {size} 1");
        await group[1].AskAsync($"nats-subscribe {nats.Port} {count}");
        double[] before = [await group[0].AskAsync("cpu"), nats.Cpu, await group[1].AskAsync("cpu")];
        var written = await group[0].NumbersAsync($"nats-fill {nats.Port}");
        var arrived = await group[1].AskAsync("nats-arrived");
        double[] after = [await group[0].AskAsync("cpu"), nats.Cpu, await group[1].AskAsync("cpu")];
        await group[0].AskAsync("release");
        return new(count, Fills.Seconds(written[0], written[1]), Fills.Seconds(written[0], arrived), [.. after.Zip(before, (a, b) => a - b)], []);
    }

    private static async Task<double[]> CpuAsync(PeerGroup group, IReadOnlyList<RespServer> servers) => [await group[0].AskAsync("cpu"), .. servers.Select(s => s.Cpu)];
}
