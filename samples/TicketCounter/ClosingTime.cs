using PeerReplica;

namespace TicketCounter;

/// <summary>
/// When an agent without a terminal reports and leaves. An agent that leaves hands its rights over, which is a change like any other: so those who are done tell each
/// other, and report at the same moment, before the first of them leaves.
/// </summary>
internal static class ClosingTime
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    public static async Task<AgentReport> ReportAsync(AgentApp app, TimeSpan linger, CancellationToken ending)
    {
        if (linger == TimeSpan.Zero) return await AgentReport.TakeAsync(app, withSales: false);
        var end = DateTimeOffset.UtcNow + linger;
        app.Closing.Set(end);
        var report = await AgentReport.TakeAsync(app, withSales: false);
        while (DateTimeOffset.UtcNow < end && !IsReached(app))
        {
            await Task.Delay(s_look, ending);
            report = await AgentReport.TakeAsync(app, withSales: false);
        }

        var left = end - DateTimeOffset.UtcNow;
        await Task.Delay(left > s_grace ? left : s_grace, ending);
        return app.Office.GetAudit().Sold == report.Sold ? report : await AgentReport.TakeAsync(app, withSales: false);
    }

    /// <summary>Whether all who can be reached are done, and the first of them is about to leave.</summary>
    private static bool IsReached(AgentApp app)
    {
        var ends = app.Closing.Values;
        return app.Replica.Peers.All(p => p.State != PeerState.Up || ends.ContainsKey(p.Id)) && ends.Values.Min() <= DateTimeOffset.UtcNow;
    }
}
