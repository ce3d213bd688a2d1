using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Plots;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Throughput to one peer against the size of the values.</summary>
internal sealed class ValueSizes : ILoadPart
{
    public string Name => "sizes";

    public string Summary => "distinct keys until one peer has all, with values from 8 bytes to 32 KiB";

    public async Task RunAsync(LoadRun run)
    {
        int[] sizes = run.IsSmoke ? [8, 4096] : [8, 64, 512, 4096, 32768];
        List<(double Size, double PerSecond)> replicas = [], redis = [], nats = [];
        using var redisPair = RespPair.StartRedisIfInstalled();
        using var natsServer = NatsServer.IsInstalled ? NatsServer.Start() : null;
        using var clients = PeerGroup.StartWithoutLinks(2);
        foreach (var size in sizes)
        {
            // As many as are written in some tenths of a second, and no more than the machine has memory for.
            var count = Math.Min(run.IsSmoke ? 2000 : 300_000, (run.IsSmoke ? 16 << 20 : 384 << 20) / (size + 64));
            replicas.Add((size, await ReplicasAsync(run, count, size)));
            if (redisPair is not null) redis.Add((size, await MedianAsync(run, _ => ServerFills.FillAsync(redisPair, clients, count, size))));
            if (natsServer is not null) nats.Add((size, await MedianAsync(run, _ => ServerFills.FillAsync(natsServer, clients, count, size))));
            double? baseline = redis.Count > 0 ? redis[^1].PerSecond : null;
            run.Note(new($"distinct keys until one peer has all, values of {size:N0} bytes", replicas[^1].PerSecond, "updates/s", baseline, baseline is null ? null : "Redis primary to replica"));
            if (nats.Count > 0) run.Note(new($"  NATS, messages of {size:N0} bytes", nats[^1].PerSecond, "messages/s"));
        }

        run.Plots["throughput"] = Plot(run, [new("PeerReplica, one peer", replicas), new("Redis, one replica", redis), new("NATS, one subscriber", nats)]);
    }

    private static async Task<double> ReplicasAsync(LoadRun run, int count, int size)
    {
        using var group = await PeerGroup.StartAsync(2);
        await Fills.WarmUpAsync(run, group);
        return await MedianAsync(run, i => Fills.FillAsync(group, (char)('a' + i), count, size));
    }

    private static async Task<double> MedianAsync(LoadRun run, Func<int, Task<FillResult>> fill)
    {
        var all = new List<double>();
        for (var i = run.FirstRound; i <= run.Repetitions; i++)
        {
            // The first is for the compiler and for memory's growth.
            var one = await fill(i);
            if (i > 0) all.Add(one.PerSecond);
        }

        return all.Median();
    }

    private static LinePlot Plot(LoadRun run, PlotLine[] lines)
    {
        lines = [.. lines.Where(l => l.Points.Count > 0)];
        var sizes = lines[0].Points.Select(p => p.X).ToArray();
        var note = $"16-byte keys, from the first write until all have arrived, median of {run.Repetitions}, loopback";
        return new(
            "Distinct updates per second against value size",
            note,
            PlotAxis.Logarithmic("bytes of a value", [.. sizes.Select(s => (s, $"{s:N0}"))]),
            PlotAxis.Of("updates per second", isLogarithmic: true, [.. lines.SelectMany(l => l.Points.Select(p => p.Y))]),
            lines);
    }
}
