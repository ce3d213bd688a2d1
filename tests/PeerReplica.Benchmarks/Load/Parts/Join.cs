using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>A replica that joins one with many entries, which goes on writing: until it is synchronized, and its newest write is no older than some milliseconds.</summary>
internal sealed class Join : ILoadPart
{
    private const int WritesPerSecond = 10_000;

    public string Name => "join";

    public string Summary => "a new replica gets all entries while writes go on";

    public async Task RunAsync(LoadRun run)
    {
        using var group = await PeerGroup.StartAsync(1);
        await Fills.FillAsync(group, 'k', run.Entries, 8);
        await group[0].AskAsync($"prepare k {run.Entries} 8 2");
        await group[0].AskAsync($"write {WritesPerSecond}");
        List<double> cold = [], warm = [];
        for (var i = 0; i < run.Repetitions; i++)
        {
            using var peer = PeerProcess.Start();
            await peer.AskAsync("cpu");
            cold.Add(await JoinAsync(run, peer, group[0]));
            await peer.AskAsync("leave");
            warm.Add(await JoinAsync(run, peer, group[0]));
        }

        await group[0].AskAsync("stop-writing");
        var redis = await RedisAsync(run);
        var baselineName = redis is null ? null : "a new Redis replica, nothing written meanwhile";
        run.Note(new($"join with {run.Entries:N0} entries and {WritesPerSecond:N0} writes/s, new process, until equal", cold.Median(), "ms", redis, baselineName, Goal.AtMost(1000)));
        run.Note(new("  the same by a process that has joined before", warm.Median(), "ms", redis, baselineName));
    }

    private static async Task<double> JoinAsync(LoadRun run, PeerProcess peer, PeerProcess first)
    {
        var times = await peer.NumbersAsync($"join newcomer {first.Address}");
        var count = await peer.AskAsync("count");
        if (count != run.Entries) throw new InvalidOperationException($"{count} entries were there after the join.");
        return times[1];
    }

    private static async Task<double?> RedisAsync(LoadRun run)
    {
        if (!RedisServer.IsInstalled) return null;
        using var primary = RedisServer.Start();
        using var clients = PeerGroup.StartWithoutLinks(1);
        await clients[0].AskAsync($"prepare r {run.Entries} 8 1");
        await clients[0].NumbersAsync($"redis-fill {primary.Port}");
        var times = new List<double>();
        for (var i = 0; i < run.Repetitions; i++)
        {
            var clock = Stopwatch.StartNew();
            using var replica = primary.StartReplica();
            replica.UntilSynced();
            RedisLoad.UntilCount(replica.Port, run.Entries);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return times.Median();
    }
}
