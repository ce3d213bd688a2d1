using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>How long a write waits for a majority of three, one write at a time; in turns with the round trip of a bare socket between two of the processes.</summary>
internal sealed class Majority : ILoadPart
{
    public string Name => "majority";

    public string Summary => "a write until two of three hold it";

    public async Task RunAsync(LoadRun run)
    {
        using var group = await PeerGroup.StartAsync(3);
        using var redis = RespPair.StartRedisIfInstalled(hasTwoReplicas: true);
        List<double> writes = [], trips = [], waits = [];
        for (var round = run.FirstRound; round <= run.Rounds; round++)
        {
            // The first round is for the compiler, and not counted.
            if (round == 1) foreach (var list in (List<double>[])[writes, trips, waits]) list.Clear();
            var much = $"{run.SamplesPerRound} {run.Pause.TotalMilliseconds}";
            trips.AddRange(await group[0].NumbersAsync($"trips bare {await group[1].AskAsync("echo bare")} {much}"));
            writes.AddRange(await group[0].NumbersAsync($"majority {much}"));
            if (redis is not null) waits.AddRange(await group[0].NumbersAsync($"redis-wait {redis.Primary.Port} {much}"));
        }

        foreach (var (share, goal) in ((double, Goal?)[])[(0.5, Goal.RatioAtMost(1.3)), (0.99, null)])
        {
            var p = $"p{share * 100:0}";
            run.Note(new($"write until a majority of three holds it, {p}", writes.At(share), "µs", trips.At(share), "bare socket's round trip", goal));
            if (waits.Count > 0) run.Note(new($"Redis, SET and WAIT 1 with two replicas, {p}", waits.At(share), "µs", trips.At(share), "bare socket's round trip"));
        }
    }
}
