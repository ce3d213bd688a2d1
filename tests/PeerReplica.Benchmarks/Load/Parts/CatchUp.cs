using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>
/// A peer whose process is stopped (SIGSTOP) while a tenth of the entries change, from its continuation until it has them. It keeps its memory, so it needs only what changed. Stopped for a second its
/// link stays; stopped for longer than the peer timeout the other has given it up, as it gives up one that was cut off, and links anew. A process that was restarted joins; that is measured as a join.
/// </summary>
internal sealed class CatchUp : ILoadPart
{
    public string Name => "catch-up";

    public string Summary => "a peer that was stopped gets what changed meanwhile";

    public async Task RunAsync(LoadRun run)
    {
        using var group = await PeerGroup.StartAsync(2);
        await Fills.FillAsync(group, 'k', run.Entries, 8);
        var changed = run.Entries / 10;
        var generation = 2;
        foreach (var (absence, what) in ((double, string)[])[(1, "its link stands"), (run.IsSmoke ? 1 : 8, "its link was given up")])
        {
            List<double> times = [], bytes = [];
            for (var i = 0; i < run.Repetitions; i++)
            {
                var (time, sent) = await AbsentAsync(group, changed, TimeSpan.FromSeconds(absence), absence > 5, generation++);
                times.Add(time);
                bytes.Add(sent / changed);
            }

            run.Note(new($"catch-up with {changed:N0} changes of {run.Entries:N0} entries after {absence:0} s, {what}", times.Median(), "ms"));
            run.Note(new($"  bytes sent for a change, {what}", bytes.Median(), "bytes"));
        }
    }

    private static async Task<(double Milliseconds, double Bytes)> AbsentAsync(PeerGroup group, int changed, TimeSpan absence, bool isGivenUp, int generation)
    {
        var (here, there) = (group[0], group[1]);
        await group.NumbersAsync($"prepare k {changed} 8 {generation}");
        var sent = (await here.NumbersAsync("sent"))[0];

        // It looks for the changes from the moment on at which it continues.
        await there.TellAsync("arrived");
        await Task.Delay(50);
        there.Signal("STOP");
        await here.NumbersAsync("fill");
        await Task.Delay(absence);
        while (isGivenUp && await here.AskAsync("linked") > 0) await Task.Delay(100);
        var start = Stopwatch.GetTimestamp();
        there.Signal("CONT");
        var arrived = (await there.NumbersAsync())[0];
        sent = (await here.NumbersAsync("sent"))[0] - sent;
        await group.NumbersAsync("release");
        return (Fills.Seconds(start, arrived) * 1000, sent);
    }
}
