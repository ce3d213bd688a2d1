using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Managed memory of an entry, after a full collection, at the replica that wrote it and at the peer; everything that was allocated since before the first entry counts.</summary>
internal sealed class Memory : ILoadPart
{
    public string Name => "memory";

    public string Summary => "managed memory of an entry, beside a dictionary's";

    public async Task RunAsync(LoadRun run)
    {
        var result = await MeasureAsync(run);
        const string What = "memory of an entry, 16-character key, 8-byte value";
        run.Note(new(What, result.Here, "bytes", result.Dictionary, "ConcurrentDictionary<string, byte[]>", Goal.RatioAtMost(1.3)));
        run.Note(new("  the same at the peer that got it", result.There, "bytes", result.Dictionary, "ConcurrentDictionary<string, byte[]>", Goal.RatioAtMost(1.3)));
    }

    public static async Task<(double Here, double There, double Dictionary, FillResult Fill, double[] Collector)> MeasureAsync(LoadRun run, params (string Name, string Value)[] environment)
    {
        using var group = await PeerGroup.StartAsync(2, environment);
        await Fills.WarmUpAsync(run, group);
        var dictionary = await group[0].AskAsync($"dictionary {run.Entries}");
        var before = await group.NumbersAsync("memory");
        var fill = await Fills.FillAsync(group, 'k', run.Entries, 8);

        // What was on its way is acknowledged, and let go of.
        await Task.Delay(run.IsSmoke ? 100 : 2000);
        var after = await group.NumbersAsync("memory");
        var collector = await group[0].NumbersAsync("collector");
        return ((after[0][0] - before[0][0]) / run.Entries, (after[1][0] - before[1][0]) / run.Entries, dictionary / run.Entries, fill, collector);
    }
}
