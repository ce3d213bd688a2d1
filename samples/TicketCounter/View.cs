using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TicketCounter;

/// <summary>Draws what an agent sees.</summary>
internal static class View
{
    public static IRenderable Of(AgentReport report, string title, string footer)
    {
        var seats = new BreakdownChart().Width(60).HideTags()
            .AddItem("sold", Math.Max(0, report.Total), Color.Green)
            .AddItem("left", Math.Max(0, report.Left), Color.Grey35);
        var head = new Markup($"[bold]{report.Left:N0}[/] of {report.Capacity:N0} seats left");
        var columns = new Columns(Sales(report), Peers(report), Last(report)) { Expand = false };
        return new Panel(new Rows(head, seats, columns, new Markup(footer)))
            .Header($" {Markup.Escape(title)} ").Border(BoxBorder.Rounded);
    }

    public static Table Sales(AgentReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("sold by").AddColumn("agent").AddColumn(new TableColumn("tickets").RightAligned());
        foreach (var (agent, count) in report.ByAgent) table.AddRow(Markup.Escape(agent), count.ToString("N0", CultureInfo.InvariantCulture));
        table.AddRow("[bold]all[/]", $"[bold]{report.Total:N0}[/]");
        return table;
    }

    private static Table Peers(AgentReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("peers").AddColumn("name").AddColumn("state")
            .AddColumn(new TableColumn("round trip").RightAligned()).AddColumn(new TableColumn("behind").RightAligned());
        foreach (var peer in report.Peers)
        {
            var colour = peer.State == "Up" ? "green" : "red";
            var roundTrip = peer.RttMs is { } ms ? ms.ToString("0.00 ms", CultureInfo.InvariantCulture) : "-";
            table.AddRow(Markup.Escape(peer.Name), $"[{colour}]{peer.State}[/]", roundTrip, peer.Behind.ToString("N0", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static Table Last(AgentReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("last sales").AddColumn("at").AddColumn("agent").AddColumn(new TableColumn("no.").RightAligned());
        foreach (var sale in report.LastSales ?? [])
            table.AddRow(sale.At.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), Markup.Escape(sale.Agent), sale.Number.ToString(CultureInfo.InvariantCulture));
        return table;
    }
}
