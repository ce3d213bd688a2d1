using PeerReplica.Benchmarks.Load.AkkaNet;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>
/// The same work on PeerReplica, Redis, Garnet, NATS and Akka.NET, in one run; PeerReplica's figure is the baseline of
/// the others.
/// </summary>
internal sealed class Products : ILoadPart
{
    /// <summary>Akka.NET notifies subscribers every 500 ms by default; these writes meet all phases of that.</summary>
    private const int AkkaPause = 613;

    private readonly Dictionary<string, List<double>> _ages = [];

    public string Name => "products";

    public string Summary => "20,000 keys, a subscriber, memory and idle CPU, beside Redis, Garnet, NATS and Akka.NET";

    public async Task RunAsync(LoadRun run)
    {
        using var systems = await ProductSystems.StartAsync();
        await StampsAsync(run, systems);
        await KeysAsync(run, systems);
        await IdleAsync(run, systems);
    }

    private async Task StampsAsync(LoadRun run, ProductSystems systems)
    {
        var (samples, pause) = (run.SamplesPerRound, (int)run.Pause.TotalMilliseconds);
        for (var round = run.FirstRound; round <= run.Rounds; round++)
        {
            // The first round is for the compiler, and not counted.
            if (round == 1) _ages.Clear();
            await OneAsync(systems.Replicas, "replica", "replica-watcher", samples, pause);
            foreach (var (way, pair) in ((string, RespPair?)[])[("redis", systems.Redis), ("garnet", systems.Garnet)])
            {
                if (pair is null) continue;
                var (primary, replica) = (pair.Primary.Port, pair.Replica.Port);
                await OneAsync(systems.Clients, way, $"{way}-events", samples, pause, primary, replica);
            }

            if (systems.Nats is { } nats) await OneAsync(systems.Clients, "nats", "nats", samples, pause, nats.Port, nats.Port);
            await OneAsync(systems.Akka, "akka", "akka", run.IsSmoke ? 2 : 20, AkkaPause);
            run.Say($"  round {round} of {run.Rounds}{(round == 0 ? ", not counted" : "")}");
        }

        foreach (var share in (double[])[0.5, 0.99])
        {
            var baseline = _ages["replica-watcher"].At(share);
            void Note(string name, string way)
            {
                if (!_ages.TryGetValue(way, out var ages)) return;
                NoteBeside(run, $"{name}, p{share * 100:0}", ages.At(share), "µs", baseline);
            }

            Note("PeerReplica, write until a watcher at a peer is told", "replica-watcher");
            Note("Redis, SET until the replica's subscriber is told", "redis-events");
            Note("Garnet, SET and PUBLISH until the replica's subscriber is told", "garnet-events");
            Note("NATS, publish until the subscriber has it", "nats");
            Note("Akka.NET, WriteAll until a peer's subscriber is told", "akka");
        }
    }

    private async Task OneAsync(
        PeerGroup group, string way, string observer, int samples, int pause, int writesTo = 0, int readsFrom = 0)
    {
        await group[1].AskAsync($"observe {observer} {readsFrom}");
        await Task.Delay(50);
        await group[0].AskAsync($"stamp {way} {writesTo} {samples} {pause}");
        await Task.Delay(Math.Max(50, way == "akka" ? 2 * pause : 0));
        if (!_ages.TryGetValue(observer, out var ages)) ages = _ages[observer] = [];
        ages.AddRange(await group[1].NumbersAsync("observed"));
        if (ages.Count == 0) throw new InvalidOperationException($"No stamp of {way} was seen.");
    }

    private static async Task KeysAsync(LoadRun run, ProductSystems systems)
    {
        var (count, clients) = (run.IsSmoke ? 500 : 20_000, systems.Clients);
        var fills = run.Repetitions - run.FirstRound + 1;
        await Fills.WarmUpAsync(run, systems.Replicas);
        var redisMemory = systems.Redis?.Replica.Info("memory", "used_memory_dataset") ?? 0;
        var memory = (await systems.Replicas.NumbersAsync("memory"))[1][0];
        var baseline = await MedianAsync(run, i => Fills.FillAsync(systems.Replicas, (char)('a' + i), count, 8));

        // What was on its way is acknowledged, and let go of.
        await Task.Delay(run.IsSmoke ? 100 : 2000);
        memory = ((await systems.Replicas.NumbersAsync("memory"))[1][0] - memory) / count / fills;
        var akka = await AkkaAsync(systems.Akka, count);
        var what = $"{count:N0} keys until a peer has all";
        NoteBeside(run, $"PeerReplica, {what}", baseline, "ms", baseline);
        foreach (var (name, pair) in ((string, RespPair?)[])[("Redis", systems.Redis), ("Garnet", systems.Garnet)])
        {
            if (pair is null) continue;
            var milliseconds = await MedianAsync(run, _ => ServerFills.FillAsync(pair, clients, count, 8));
            NoteBeside(run, $"{name}, {what}", milliseconds, "ms", baseline);
        }

        if (systems.Nats is { } nats)
        {
            var messages = await MedianAsync(run, _ => ServerFills.FillAsync(nats, clients, count, 8));
            var name = $"NATS, {count:N0} messages until a subscriber has all (nothing is stored)";
            NoteBeside(run, name, messages, "ms", baseline);
        }

        NoteBeside(run, $"Akka.NET, {what} (once)", akka, "ms", baseline);
        const string Entry = "memory of such an entry at the peer";
        NoteBeside(run, $"PeerReplica, {Entry}", memory, "bytes", memory);
        if (systems.Redis is { } redis)
        {
            redisMemory = (redis.Replica.Info("memory", "used_memory_dataset") - redisMemory) / count;
            NoteBeside(run, $"Redis, {Entry} (used_memory_dataset)", redisMemory, "bytes", memory);
        }

        const string Alone = "Akka.NET, memory of such an entry at a node alone";
        NoteBeside(run, Alone, await AkkaMemoryAsync(count), "bytes", memory);
    }

    private static async Task<double> AkkaAsync(PeerGroup akka, int count)
    {
        await akka[0].AskAsync($"prepare k {count} 8 1");
        await akka[1].TellAsync($"akka-arrived {count}");
        var written = await akka[0].NumbersAsync("akka-fill");
        var arrived = (await akka[1].NumbersAsync())[0];
        await akka[0].AskAsync("release");
        return Fills.Seconds(written[0], arrived) * 1000;
    }

    /// <summary>At a node without peers: what is sent and received leaves pooled buffers of 16 MiB that no entry owns.</summary>
    private static async Task<double> AkkaMemoryAsync(int count)
    {
        using var alone = await AkkaGroup.StartAsync(1);
        var before = await alone[0].AskAsync("memory");
        await alone[0].AskAsync($"prepare k {count} 8 1");
        await alone[0].NumbersAsync("akka-fill");
        await alone[0].AskAsync("release");
        return (await alone[0].AskAsync("memory") - before) / count;
    }

    /// <summary>All products are idle at the same time, so the machine's load is the same for all.</summary>
    private static async Task IdleAsync(LoadRun run, ProductSystems systems)
    {
        var seconds = run.IsSmoke ? 1 : 30;
        await Task.Delay(TimeSpan.FromSeconds(run.IsSmoke ? 0.2 : 75));
        var before = await systems.CpuAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var after = await systems.CpuAsync();
        double Share(string name) => before[name].Zip(after[name], (from, to) => to - from).Max() / seconds * 100;
        var baseline = Share("PeerReplica");
        foreach (var name in before.Keys)
        {
            NoteBeside(run, $"{name}, idle CPU of the process that uses most", Share(name), "% of a core", baseline);
        }
    }

    private static void NoteBeside(LoadRun run, string name, double value, string unit, double baseline)
    {
        var isBaseline = name.StartsWith("PeerReplica", StringComparison.Ordinal);
        run.Note(isBaseline ? new(name, value, unit) : new(name, value, unit, baseline, "PeerReplica"));
    }

    private static async Task<double> MedianAsync(LoadRun run, Func<int, Task<FillResult>> fill)
    {
        var all = new List<double>();
        for (var i = run.FirstRound; i <= run.Repetitions; i++)
        {
            // The first is for the compiler.
            var one = await fill(i);
            if (i > 0) all.Add(one.Seconds * 1000);
        }

        return all.Median();
    }
}
