using System.Text.Json;
using PeerReplica;

namespace TicketCounter;

/// <summary>An agent without a terminal: sells what it was told to or what there is, stays a while, reports.</summary>
internal static class ScriptedAgent
{
    private static readonly TimeSpan s_statusInterval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(AgentApp app, AgentOptions options)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(app.Stopping);
        if (options.IsDemo) _ = ObeyAsync(app, ending);
        var status = options.IsDemo ? PrintStatusAsync(app, ending.Token) : Task.CompletedTask;

        var (report, fault) = await WorkAsync(app, options, ending.Token);
        await ending.CancelAsync();
        await status;

        report ??= await AgentReport.TakeAsync(app, withSales: false);
        await app.StopAsync();
        Console.WriteLine(options.Json ? JsonSerializer.Serialize(report, TicketJson.Default.AgentReport) : Plain(report));
        if (fault.Length == 0) return 0;
        Console.Error.WriteLine(fault);
        return 1;
    }

    /// <summary>No report, and a fault, when it was to end before it had done all. The demo ends its agents when it has seen enough.</summary>
    private static async Task<(AgentReport? Report, string Fault)> WorkAsync(AgentApp app, AgentOptions options, CancellationToken ending)
    {
        try
        {
            await app.Replica.WaitUntilSyncedAsync(ending);
            var sale = new ScriptedSale(app.Office);
            if (!await sale.OpensAsync(ending)) return (null, "Fewer agents have met than are expected; nothing is on sale.");
            await sale.SellAsync(options.Count, options.Rate, ending);
            await SettleAsync(app.Replica, ending);
            if (options.IsDemo) await Task.Delay(Timeout.InfiniteTimeSpan, ending);
            return (await ClosingTime.ReportAsync(app, TimeSpan.FromSeconds(options.Linger), ending), "");
        }
        catch (OperationCanceledException)
        {
            return (null, options.IsDemo ? "" : "Told to end before the work was done.");
        }
    }

    /// <summary>Does what the demo says on the input. The demo closes it to end an agent, and so does the demo's own death.</summary>
    private static async Task ObeyAsync(AgentApp app, CancellationTokenSource ending)
    {
        while (await Task.Run(Console.In.ReadLine) is { } order)
        {
            if (order == DemoAgent.CutOrder) app.Network.Cut();
            if (order == DemoAgent.RestoreOrder) app.Network.Restore();
        }

        await ending.CancelAsync();
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

    private static string Plain(AgentReport report)
    {
        var byAgent = string.Join(", ", report.ByAgent.Select(p => $"{p.Key} {p.Value}"));
        return $"{report.Agent}: {report.Sold} of {report.Capacity} sold, {report.Left} left ({report.Stranded} stranded), {report.Oversold} oversold; {byAgent}";
    }
}
