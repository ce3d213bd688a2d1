using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Plots;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>CPU time of distinct updates against the number of replicas, all on this machine.</summary>
internal sealed class ReplicaCounts : ILoadPart
{
    public string Name => "replicas";

    public string Summary => "CPU time of an update against the number of replicas";

    public async Task RunAsync(LoadRun run)
    {
        var most = run.IsSmoke ? 2 : 6;
        List<(double Replicas, double Cpu)> writer = [], peer = [], all = [];
        using var group = await PeerGroup.StartAsync(1);
        for (var replicas = 1; replicas <= most; replicas++)
        {
            if (replicas > 1) await group.AddAsync();
            await Fills.WarmUpAsync(run, group);
            var fills = new List<FillResult>();
            for (var i = 0; i < run.Repetitions; i++) fills.Add(await Fills.FillAsync(group, (char)('A' + ((replicas - 1) * run.Repetitions) + i), run.IsSmoke ? 2000 : 200_000, 8));
            writer.Add((replicas, fills.Select(f => f.CpuPerMillion(0)).Median()));
            all.Add((replicas, fills.Select(f => f.CpuPerMillionOfAll).Median()));
            if (replicas > 1) peer.Add((replicas, fills.Select(f => f.Cpu.Skip(1).Average() / f.Count * 1e6).Median()));
            var among = replicas == 1 ? "1 replica" : $"{replicas} replicas";
            run.Note(new($"CPU of the writer, {among}", writer[^1].Cpu, "s/million", writer[0].Cpu, "alone"));
            run.Note(new($"  CPU of all together, {among}", all[^1].Cpu, "s/million", all[0].Cpu, "alone"));
        }

        PlotLine[] lines = [new("all replicas together", all), new("the writer", writer), new("each peer, on average", peer)];
        run.Plots["replicas"] = new(
            "CPU time of an update against the number of replicas",
            $"Distinct keys, 16-byte keys and 8-byte values, written at one replica; all on {Environment.ProcessorCount} cores",
            PlotAxis.With("replicas", [.. all.Select(a => (a.Replicas, $"{a.Replicas:0}"))], [most]),
            PlotAxis.Of("CPU seconds per million updates", isLogarithmic: false, [.. all.Select(a => a.Cpu)]),
            lines);
    }
}
