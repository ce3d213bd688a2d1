using System.Diagnostics;
using System.Globalization;
using PeerReplica.Simulation;
using PeerReplica.Testing.Checking;

if (!Arguments.TryParse(args, out var arguments, out var fault))
{
    Console.Error.WriteLine(fault);
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

if (arguments.Plant is not null && !PlantedLibrary.IsHere)
{
    var entry = new PlantedLibrary(arguments.Plant).LoadFromAssemblyName(typeof(PlantedLibrary).Assembly.GetName()).EntryPoint!;
    return (int)entry.Invoke(null, [args])!;
}

var clock = Stopwatch.StartNew();
var gate = new Lock();
var failures = new List<(ulong Seed, string Message)>();
var (done, events, operations, frames) = (0UL, 0L, 0L, 0L);
var transcripts = 0UL;
var complete = 0UL;
var faults = new FaultCounts();
var lies = new LieCounts();
var lastReport = TimeSpan.Zero;

Parallel.ForEach(arguments.Seeds, new ParallelOptions { MaxDegreeOfParallelism = arguments.Threads }, seed =>
{
    ScenarioResult? result = null;
    string? failure = null;
    try
    {
        var logs = arguments.Logs ? new ConsoleLogs() : null;
        switch (arguments.Scenario)
        {
            case "tickets":
                result = new TicketScenario(seed, logs) { Signs = arguments.Signs }.Run();
                break;
            case "liar":
                var liar = new LiarScenario(seed, logs);
                result = liar.Run();
                lock (gate) lies.Add(liar.Told);
                break;
            default:
                result = new Scenario(seed, logs) { Signs = arguments.Signs }.Run();
                break;
        }
    }
    catch (Exception e)
    {
        failure = e.ToString();
    }

    lock (gate)
    {
        done++;
        if (failure is not null)
        {
            failures.Add((seed, failure));
            Console.WriteLine($"seed {seed} FAILED: {failure}");
            Console.WriteLine($"replay: dotnet run --project tests/PeerReplica.Simulation -c Release -- --seeds {seed}..{seed}{arguments.Extra}");
        }
        else
        {
            events += result!.Events;
            operations += result.Operations;
            if (result.IsComplete) complete++;
            frames += result.Frames;
            faults.Add(result.Faults);
            transcripts += ulong.Parse(result.TranscriptHash, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (arguments.Count == 1) Console.WriteLine($"seed {seed}: transcript {result.TranscriptHash}, {result.Operations:N0} operations, {result.VirtualTime.TotalSeconds:0.000} s of virtual time");
        }

        if (clock.Elapsed - lastReport < TimeSpan.FromSeconds(5)) return;
        lastReport = clock.Elapsed;
        Console.WriteLine($"{done:N0} of {arguments.Count:N0} seeds, {failures.Count} failed, {done / clock.Elapsed.TotalSeconds:0} seeds/s");
    }
});

Console.WriteLine(
    $"seeds {arguments.First}..{arguments.Last}: {done - (ulong)failures.Count:N0} held, {failures.Count:N0} failed; {operations:N0} operations, {frames:N0} frames, " +
    $"{events:N0} events; {complete:N0} brought to their end; transcripts {transcripts:x16}; {clock.Elapsed.TotalSeconds:0.0} s");
if (arguments.Scenario == "liar") Console.WriteLine(lies);
else Console.WriteLine(faults);
return failures.Count == 0 ? 0 : 1;
