using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Writing distinct keys at the first of a group until all others have them.</summary>
internal static class Fills
{
    /// <summary>For the compiler: as many as make the hot code final.</summary>
    private const int WarmUp = 100_000;

    public static async Task WarmUpAsync(LoadRun run, PeerGroup group, char prefix = 'w') => await FillAsync(group, prefix, run.IsSmoke ? 1000 : WarmUp, 8);

    /// <summary>The keys have 16 bytes. They are made before the clock starts.</summary>
    public static async Task<FillResult> FillAsync(PeerGroup group, char prefix, int count, int size, int generation = 1)
    {
        await group.NumbersAsync($"prepare {prefix} {count} {size} {generation}");
        var sent = await group.NumbersAsync("sent");
        var cpu = await group.CpuAsync();
        foreach (var peer in group.All.Skip(1)) await peer.TellAsync("arrived");
        var written = await group[0].NumbersAsync("fill");
        var arrivals = new List<double[]>();
        foreach (var peer in group.All.Skip(1)) arrivals.Add(await peer.NumbersAsync());

        // The peers take their times before they check all keys, which costs some more.
        double[] cpuAfter = [await group[0].AskAsync("cpu"), .. arrivals.Select(a => a[1])];
        var arrived = arrivals.Select(a => a[0]).Append(written[1]).Max();
        var sentAfter = await group.NumbersAsync("sent");
        await group.NumbersAsync("release");
        return new(
            count,
            Seconds(written[0], written[1]),
            Seconds(written[0], arrived),
            [.. cpuAfter.Zip(cpu, (after, before) => after - before)],
            [.. sentAfter.Zip(sent, (after, before) => after[0] - before[0])]);
    }

    public static double Seconds(double from, double to) => (to - from) / Stopwatch.Frequency;
}
