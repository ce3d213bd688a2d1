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
        var inputEnds = options.IsDemo ? Task.Run(Console.In.ReadToEnd) : Task.CompletedTask;
        using var selling = new CancellationTokenSource();
        var status = options.IsDemo ? PrintStatusAsync(app, selling.Token) : Task.CompletedTask;

        await app.Replica.WaitUntilSyncedAsync();
        await SellAsync(app.Office, options);
        await SettleAsync(app.Replica);
        await Task.Delay(TimeSpan.FromSeconds(options.Linger));
        await inputEnds;
        await selling.CancelAsync();
        await status;

        var report = await AgentReport.TakeAsync(app, withSales: false);
        await app.StopAsync();
        Console.WriteLine(options.Json
            ? JsonSerializer.Serialize(report, TicketJson.Default.AgentReport)
            : $"{report.Agent}: {report.Total} of {report.Capacity} sold, {report.Left} left; {string.Join(", ", report.ByAgent.Select(p => $"{p.Key} {p.Value}"))}");
        return 0;
    }

    private static async Task SellAsync(TicketOffice office, AgentOptions options)
    {
        var clock = Stopwatch.StartNew();
        for (var sold = 0L; sold < options.Count; sold++)
        {
            if (options.Rate > 0)
            {
                var ahead = TimeSpan.FromSeconds(sold / options.Rate) - clock.Elapsed;
                if (ahead > TimeSpan.FromMilliseconds(1)) await Task.Delay(ahead);
            }

            if (!office.TrySell()) return;
        }
    }

    /// <summary>Waits until every member has what was sold here; one that is away does not hold the agent up for long.</summary>
    private static async Task SettleAsync(IPeerReplica replica)
    {
        try
        {
            await replica.FlushAsync(WriteConcern.All.WithTimeout(s_settleTime));
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
