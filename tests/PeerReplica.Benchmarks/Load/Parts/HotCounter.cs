using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>One counter added to by three processes at full speed, a thread each; in turns with three processes that are not linked.</summary>
internal sealed class HotCounter : ILoadPart
{
    private const int Replicas = 3;

    public string Name => "hot-counter";

    public string Summary => "three replicas add to one counter at full speed, beside three that are not linked";

    public async Task RunAsync(LoadRun run)
    {
        using var linked = await PeerGroup.StartAsync(Replicas);
        using var apart = PeerGroup.StartWithoutLinks(Replicas);
        for (var i = 0; i < Replicas; i++) await apart[i].StartReplicaAsync($"alone-{i}");
        List<double> together = [], alone = [], frames = [];
        for (var round = run.FirstRound; round <= run.Rounds; round++)
        {
            var duration = run.IsSmoke ? 200 : 2000;
            var one = await AddsAsync(apart, duration);
            var before = await linked.NumbersAsync("sent");
            var other = await AddsAsync(linked, duration);
            var after = await linked.NumbersAsync("sent");

            // The first round is for the compiler.
            if (round == 0) continue;
            alone.Add(one);
            together.Add(other);
            frames.Add(after.Zip(before, (a, b) => a[1] - b[1]).Max() / (duration / 1000.0) / (Replicas - 1));
        }

        await UntilEqualAsync(linked);
        run.Note(new("additions to one counter by three replicas at full speed, in sum", together.Median(), "adds/s", alone.Median(), "the same, not linked", new Goal(0.95, true, true)));
        run.Note(new("  frames of all kinds meanwhile, to one peer, by the replica that sends most", frames.Median(), "frames/s", Goal: Goal.AtMost(300)));
    }

    private static async Task<double> AddsAsync(PeerGroup group, int duration) => (await group.NumbersAsync($"add {duration}")).Sum(a => a[0]);

    private static async Task UntilEqualAsync(PeerGroup group)
    {
        for (var patience = 100; patience > 0; patience--)
        {
            if ((await group.NumbersAsync("sum")).Select(s => s[0]).Distinct().Count() == 1) return;
            await Task.Delay(100);
        }

        throw new InvalidOperationException("The replicas' sums differ.");
    }
}
