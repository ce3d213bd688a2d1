using System.Diagnostics;
using System.Text.Json;
using PeerReplica;

namespace TicketCounter;

/// <summary>An agent without a terminal: sells what it was told to, stays a while, reports.</summary>
internal static class ScriptedAgent
{
    private static readonly TimeSpan s_statusInterval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(AgentApp app, AgentOptions options)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(app.Stopping);
        if (options.IsDemo) _ = EndWithInputAsync(ending);
        var status = options.IsDemo ? PrintStatusAsync(app, ending.Token) : Task.CompletedTask;

        var isDone = await WorkAsync(app, options, ending.Token);
        await ending.CancelAsync();
        await status;

        var report = await AgentReport.TakeAsync(app, withSales: false);
        await app.StopAsync();
        Console.WriteLine(options.Json
            ? JsonSerializer.Serialize(report, TicketJson.Default.AgentReport)
            : $"{report.Agent}: {report.Total} of {report.Capacity} sold, {report.Left} left; {string.Join(", ", report.ByAgent.Select(p => $"{p.Key} {p.Value}"))}");
        if (isDone) return 0;
        Console.Error.WriteLine("Told to end before the work was done.");
        return 1;
    }

    /// <summary>False when it was told to end before it had done all.</summary>
    private static async Task<bool> WorkAsync(AgentApp app, AgentOptions options, CancellationToken ending)
    {
        var isSold = false;
        try
        {
            await app.Replica.WaitUntilSyncedAsync(ending);
            await SellAsync(app.Office, options, ending);
            isSold = true;
            await SettleAsync(app.Replica, ending);
            await Task.Delay(options.IsDemo ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(options.Linger), ending);
            return true;
        }
        catch (OperationCanceledException)
        {
            return isSold && options.IsDemo;
        }
    }

    /// <summary>The demo closes an agent's input to end it, and so does the demo's own death.</summary>
    private static async Task EndWithInputAsync(CancellationTokenSource ending)
    {
        await Task.Run(Console.In.ReadToEnd);
        await ending.CancelAsync();
    }

    private static async Task SellAsync(TicketOffice office, AgentOptions options, CancellationToken ending)
    {
        var clock = Stopwatch.StartNew();
        for (var sold = 0L; sold < options.Count; sold++)
        {
            if (options.Rate > 0)
            {
                var ahead = TimeSpan.FromSeconds(sold / options.Rate) - clock.Elapsed;
                if (ahead > TimeSpan.FromMilliseconds(1)) await Task.Delay(ahead, ending);
            }

            ending.ThrowIfCancellationRequested();
            if (!office.TrySell()) return;
        }
    }

    /// <summary>Waits until every member has what was sold here; one that is away does not hold the agent up for long.</summary>
    private static async Task SettleAsync(IPeerReplica replica, CancellationToken ending)
    {
        try
        {
            await replica.FlushAsync(WriteConcern.All.WithTimeout(s_settleTime), ending);
        }
        catch (WriteConcernException e)
        {
            Console.Error.WriteLine(e.Message);
        }
    }

    private static async Task PrintStatusAsync(AgentApp app, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var report = await AgentReport.TakeAsync(app, withSales: true);
            Console.WriteLine(JsonSerializer.Serialize(report, TicketJson.Default.AgentReport));
            await Task.Delay(s_statusInterval, until).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
