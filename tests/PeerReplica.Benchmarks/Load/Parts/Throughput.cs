using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Distinct keys of 16 bytes with values of 8, from the first write until all peers have all: speed, bytes and CPU time.</summary>
internal sealed class Throughput : ILoadPart
{
    public string Name => "throughput";

    public string Summary => "distinct keys written at full speed until one peer, and until two, have all";

    public async Task RunAsync(LoadRun run)
    {
        foreach (var peers in (int[])[1, 2]) await ReplicasAsync(run, peers, await RedisAsync(run, peers));
        await NatsAsync(run);
    }

    private static async Task ReplicasAsync(LoadRun run, int peers, FillResult? redis)
    {
        var fills = new List<FillResult>();
        for (var i = 0; i < run.Repetitions; i++)
        {
            // Each time from nothing: a store that grows from one repetition to the next would be another store.
            using var group = await PeerGroup.StartAsync(peers + 1);
            await Fills.WarmUpAsync(run, group);
            fills.Add(await Fills.FillAsync(group, 'k', run.Entries, 8));
        }

        var median = fills.OrderBy(f => f.Seconds).ElementAt(fills.Count / 2);
        var to = peers == 1 ? "one peer has all" : "two peers have all";
        run.Note(new($"distinct keys until {to}", median.PerSecond, "updates/s", redis?.PerSecond, redis is null ? null : "Redis primary to as many replicas", Goal.RatioAtLeast(3)));
        run.Note(new($"  the writing alone, until {to}", median.WritesPerSecond, "updates/s", redis?.WritesPerSecond, redis is null ? null : "Redis, until the primary has answered"));
        run.Note(new($"  CPU of the writer, until {to}", median.CpuPerMillion(0), "s/million"));
        run.Note(new($"  CPU of a peer, until {to}", median.CpuPerMillion(1), "s/million"));
        run.Note(new($"  CPU of all together, until {to}", median.CpuPerMillionOfAll, "s/million", redis?.CpuPerMillionOfAll, redis is null ? null : "Redis, with its client"));
        if (peers > 1) return;
        var perUpdate = median.BytesSent[0] / median.Count;
        run.Note(new("bytes sent for an update, 16-byte key, 8-byte value", perUpdate, "bytes", redis?.BytesSent[0] / redis?.Count, redis is null ? null : "Redis's replication stream", Goal.AtMost(16 + 8 + 8)));
        run.Note(new("  bytes that the peer sends back, for an update", median.BytesSent[1] / median.Count, "bytes"));
    }

    private static async Task<FillResult?> RedisAsync(LoadRun run, int peers)
    {
        using var redis = RespPair.StartRedisIfInstalled(hasTwoReplicas: peers == 2);
        if (redis is null) return null;
        using var group = PeerGroup.StartWithoutLinks(peers + 1);
        var fills = new List<FillResult>();
        for (var i = run.FirstRound; i <= run.Repetitions; i++)
        {
            var fill = await ServerFills.FillAsync(redis, group, run.Entries, 8);

            // The first is for the client's compiler.
            if (i > 0) fills.Add(fill);
        }

        var perEntry = redis.Replica.Info("memory", "used_memory_dataset") / run.Entries;
        if (peers == 1) run.Note(new("Redis, memory for such an entry at the replica (used_memory_dataset)", perEntry, "bytes"));
        return fills.OrderBy(f => f.Seconds).ElementAt(fills.Count / 2);
    }

    private static async Task NatsAsync(LoadRun run)
    {
        if (!NatsServer.IsInstalled) return;
        using var nats = NatsServer.Start();
        using var group = PeerGroup.StartWithoutLinks(2);
        var fills = new List<FillResult>();
        for (var i = run.FirstRound; i <= run.Repetitions; i++)
        {
            var fill = await ServerFills.FillAsync(nats, group, run.Entries, 8);
            if (i > 0) fills.Add(fill);
        }

        var median = fills.OrderBy(f => f.Seconds).ElementAt(fills.Count / 2);
        run.Note(new("NATS, as many messages until one subscriber has all (nothing is stored)", median.PerSecond, "messages/s"));
        run.Note(new("  CPU of all together, NATS with its clients", median.CpuPerMillionOfAll, "s/million"));
    }
}
