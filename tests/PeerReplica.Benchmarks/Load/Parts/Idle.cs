using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Three linked replicas that have nothing to do, with default options, beside a process of the same program without a replica.</summary>
internal sealed class Idle : ILoadPart
{
    private const int Replicas = 3;

    public string Name => "idle";

    public string Summary => "CPU and bytes of three replicas that have nothing to do";

    public async Task RunAsync(LoadRun run)
    {
        using var group = await PeerGroup.StartAsync(Replicas);
        using var empty = PeerProcess.Start();
        await empty.AskAsync("cpu");
        var duration = run.IsSmoke ? 1 : 30;

        // The runtime compiles anew what was called 30 times: at a heartbeat a second that is over only then.
        await Task.Delay(TimeSpan.FromSeconds(run.IsSmoke ? 0.2 : 75));
        var (sent, cpu, emptyCpu) = (await group.NumbersAsync("sent"), await group.CpuAsync(), await empty.AskAsync("cpu"));
        await Task.Delay(TimeSpan.FromSeconds(duration));
        var cpuAfter = await group.CpuAsync();
        emptyCpu = await empty.AskAsync("cpu") - emptyCpu;
        var sentAfter = await group.NumbersAsync("sent");

        var most = cpuAfter.Zip(cpu, (after, before) => after - before).Max() / duration * 100;
        run.Note(new("idle cluster of three, CPU of the replica that uses most", most, "% of a core", emptyCpu / duration * 100, "the program without a replica", Goal.AtMost(0.1)));

        // Three links, and what goes over one in both directions.
        var bytes = sentAfter.Zip(sent, (after, before) => after[0] - before[0]).Sum() / Replicas / duration;
        run.Note(new("  bytes over one link, both directions", bytes, "bytes/s", Goal: Goal.AtMost(200)));
    }
}
