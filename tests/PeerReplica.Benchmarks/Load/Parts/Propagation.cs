using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Plots;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>
/// How old a write of one process is when the other sees it, one write at a time. All ways have the same two processes and the same writing thread, and take turns.
/// </summary>
internal sealed class Propagation : ILoadPart
{
    private readonly Dictionary<string, List<double>> _ages = [];

    public string Name => "propagation";

    public string Summary => "from a write here until it is seen there, nothing else going on";

    public async Task RunAsync(LoadRun run)
    {
        using var group = await PeerGroup.StartAsync(2);
        using var redis = RespPair.StartRedisIfInstalled();
        using var nats = NatsServer.IsInstalled ? NatsServer.Start() : null;

        // The first round is for the compiler, and not counted.
        for (var round = run.FirstRound; round <= run.Rounds; round++)
        {
            if (round == 1) _ages.Clear();
            await TripsAsync(run, group, "bare");
            await StampsAsync(run, group, "bare");
            await StampsAsync(run, group, "replica", "replica-watcher");
            await StampsAsync(run, group, "bare", "bare-reader");
            await StampsAsync(run, group, "replica", "replica-reader");
            await TripsAsync(run, group, "tls");
            await StampsAsync(run, group, "tls");
            if (redis is not null)
            {
                await StampsAsync(run, group, "redis", "redis-events", redis.Primary.Port, redis.Replica.Port);
                await StampsAsync(run, group, "redis", "redis-poll", redis.Primary.Port, redis.Replica.Port);
            }

            if (nats is not null) await StampsAsync(run, group, "nats", "nats", nats.Port, nats.Port);
            run.Say($"  round {round} of {run.Rounds}{(round == 0 ? ", not counted" : "")}");
        }

        foreach (var share in (double[])[0.5, 0.99]) NoteAll(run, share);
        run.Plots["propagation"] = Plot(run);
    }

    /// <summary>By way of a connection that the observer waits for, or of servers.</summary>
    private async Task StampsAsync(LoadRun run, PeerGroup group, string way, string? observer = null, int writesTo = 0, int readsFrom = 0)
    {
        var (here, there) = (group[0], group[1]);
        observer ??= way;
        var port = await there.AskAsync($"observe {observer} {readsFrom}");

        // Watchers and connections come to rest.
        await Task.Delay(50);
        await here.AskAsync($"stamp {way} {(writesTo > 0 ? writesTo : port)} {run.SamplesPerRound} {run.Pause.TotalMilliseconds}");
        await Task.Delay(50);
        Of(observer).AddRange(await there.NumbersAsync("observed"));
    }

    private async Task TripsAsync(LoadRun run, PeerGroup group, string way)
    {
        var port = await group[1].AskAsync($"echo {way}");
        Of($"{way}-trip").AddRange((await group[0].NumbersAsync($"trips {way} {port} {run.SamplesPerRound} {run.Pause.TotalMilliseconds}")).Select(t => t / 2));
    }

    private List<double> Of(string way) => _ages.TryGetValue(way, out var ages) ? ages : _ages[way] = [];

    private void NoteAll(LoadRun run, double share)
    {
        var p = $"p{share * 100:0}";
        void Note(string name, string way, string baseline, string baselineName, Goal? goal = null)
        {
            if (!_ages.TryGetValue(way, out var ages)) return;

            // Writes that meet in one broadcast interval, since the machine had other things to do, are seen as one.
            if (ages.Count < run.SamplesPerRound * run.Rounds / 2) throw new InvalidOperationException($"Only {ages.Count} stamps of {way} were seen.");
            run.Note(new($"{name}, {p}", ages.At(share), "µs", Of(baseline).At(share), baselineName, goal));
        }

        Note("write here until a reader there sees it", "replica-reader", "bare-reader", "bare socket to such a reader", Goal.RatioAtMost(1.5));
        Note("write here until a watcher there is told", "replica-watcher", "bare", "bare socket one way", Goal.RatioAtMost(1.5));
        Note("bare socket one way", "bare", "bare-trip", "half its round trip");
        Note("bare SslStream, TLS 1.3, one way", "tls", "bare", "bare socket one way");
        Note("bare SslStream, TLS 1.3, half a round trip", "tls-trip", "bare-trip", "half the bare socket's");
        Note("Redis, SET at the primary until a client polling the replica sees it", "redis-poll", "bare-reader", "bare socket to such a reader");
        Note("Redis, SET at the primary until the replica's subscriber is told", "redis-events", "bare", "bare socket one way");
        Note("NATS, published until the subscriber has it", "nats", "bare", "bare socket one way");
    }

    private LinePlot Plot(LoadRun run)
    {
        // The share of samples that are slower falls by ten from tick to tick, so that the slow ones are seen.
        double[] shares = [.. Enumerable.Range(0, 91).Select(i => 1 - Math.Pow(10, -i / 30.0))];
        (string Way, string Name)[] ways =
        [
            ("replica-reader", "PeerReplica, reader"), ("replica-watcher", "PeerReplica, watcher"), ("bare", "bare socket"), ("bare-reader", "bare socket, reader"), ("tls", "bare TLS 1.3"),
            ("redis-events", "Redis, replica's subscriber"), ("nats", "NATS, subscriber"),
        ];
        PlotLine[] lines = [.. ways.Where(w => _ages.ContainsKey(w.Way)).Select(w => new PlotLine(w.Name, [.. shares.Select(s => (X(s), _ages[w.Way].At(s)))]))];
        var note = $"One write every {run.Pause.TotalMilliseconds:0} ms, {run.Rounds * run.SamplesPerRound:N0} of each kind, two processes on loopback";
        var x = PlotAxis.With("percentile", [(0, "0"), (X(0.5), "50"), (X(0.9), "90"), (X(0.99), "99"), (X(0.999), "99.9")], [X(0.999)]);
        var y = PlotAxis.Of("µs from write to sight", isLogarithmic: true, [.. lines.SelectMany(l => l.Points.Select(p => p.Y))]);
        return new("From a write here until it is seen there", note, x, y, lines);
    }

    private static double X(double share) => -Math.Log10(1 - share);
}
