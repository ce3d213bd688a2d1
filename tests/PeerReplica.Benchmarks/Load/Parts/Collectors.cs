namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Memory and throughput under each kind of garbage collector, for both processes.</summary>
internal sealed class Collectors : ILoadPart
{
    public string Name => "collectors";

    public string Summary => "memory and throughput under workstation and server collectors, concurrent or not";

    public async Task RunAsync(LoadRun run)
    {
        (string Name, int Server, int Concurrent)[] all =
        [
            ("workstation", 0, 0), ("workstation, concurrent", 0, 1), ("server", 1, 0), ("server, concurrent", 1, 1),
        ];
        foreach (var (name, server, concurrent) in run.IsSmoke ? all[^1..] : all)
        {
            var result = await Memory.MeasureAsync(run, ("DOTNET_gcServer", $"{server}"), ("DOTNET_gcConcurrent", $"{concurrent}"));
            if (result.Collector[0] != server || result.Collector[1] != concurrent) throw new InvalidOperationException($"The process did not run with the collector '{name}'.");
            run.Note(new($"memory of an entry, {name}", result.Here, "bytes", result.Dictionary, "ConcurrentDictionary<string, byte[]>", Goal.RatioAtMost(1.3)));
            run.Note(new($"  distinct keys until one peer has all, {name}", result.Fill.PerSecond, "updates/s"));
        }
    }
}
