using System.Globalization;
using PeerReplica;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TicketCounter;

/// <summary>Draws what an agent sees.</summary>
internal static class View
{
    private const int SalesBesideSeats = 3;

    /// <summary>Of the longest, so that nothing moves when a state changes.</summary>
    private const int StateWidth = 11;

    /// <summary>General admission alone.</summary>
    public static IRenderable Of(AgentReport report, string title, string footer) =>
        Framed(title, Head(report), Bar(report), Beside(Agents(report), Last(report, int.MaxValue)), new Text(""), new Markup(footer));

    /// <summary>General admission, with the numbered seats beside it.</summary>
    public static IRenderable Of(AgentReport report, string title, IRenderable seats, IRenderable legend, string footer)
    {
        var right = new Rows(Agents(report), new Text(""), Last(report, SalesBesideSeats));
        return Framed(title, Head(report), Bar(report), Beside(seats, right), legend, new Markup(footer));
    }

    private static Panel Framed(string title, params IRenderable[] parts) =>
        new Panel(new Rows(parts)).Header($" {Markup.Escape(title)} ").Border(BoxBorder.Rounded);

    private static Grid Beside(IRenderable left, IRenderable right) =>
        new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().PadRight(0)).AddRow(left, right);

    private static Table Plain() => new Table().Border(TableBorder.None);

    private static TableColumn Column(string name) => new TableColumn($"[grey]{name}[/]").NoWrap();

    private static Markup Head(AgentReport report)
    {
        var stranded = report.Stranded > 0 ? $", [fuchsia]{report.Stranded:N0}[/] of them stranded" : "";
        var oversold = report.Oversold > 0 ? $" [red bold]{report.Oversold:N0} oversold[/]" : "";
        return new Markup($"[bold]tickets[/]: {report.Sold:N0} of {report.Capacity:N0} sold, [bold]{report.Left:N0}[/] left{stranded}{oversold}");
    }

    private static BreakdownChart Bar(AgentReport report) => new BreakdownChart().Width(60).HideTags()
        .AddItem("sold", report.Sold, Color.Green)
        .AddItem("stranded", report.Stranded, Color.Fuchsia)
        .AddItem("left", Math.Max(0, report.Left - report.Stranded), Color.Grey35);

    private static Table Agents(AgentReport report)
    {
        var table = Plain().AddColumn(Column("agent")).AddColumn(Column("sold").RightAligned()).AddColumn(Column("state").Width(StateWidth)).AddColumn(Column("ms").RightAligned());
        var peers = report.Peers.ToDictionary(p => p.Name);
        foreach (var name in report.ByAgent.Keys.Union(peers.Keys).Append(report.Agent).Distinct().Order(StringComparer.Ordinal))
        {
            var peer = peers.GetValueOrDefault(name);
            var (state, color) = name == report.Agent ? ("here", "bold") : peer is null ? (nameof(PeerState.Gone), "red") : (peer.State, peer.State == nameof(PeerState.Up) ? "green" : "red");
            var roundTrip = peer?.RttMs is { } ms && name != report.Agent ? ms.ToString("0.0", CultureInfo.InvariantCulture) : "";
            table.AddRow(Markup.Escape(name), report.ByAgent.GetValueOrDefault(name).ToString("N0", CultureInfo.InvariantCulture), $"[{color}]{state}[/]", roundTrip);
        }

        return table;
    }

    private static Table Last(AgentReport report, int count)
    {
        var table = Plain().AddColumn(Column("latest sales")).AddColumn(Column("agent")).AddColumn(Column("no.").RightAligned());
        foreach (var sale in report.LastSales?.Take(count) ?? [])
            table.AddRow(sale.At.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), Markup.Escape(sale.Agent), sale.Number.ToString(CultureInfo.InvariantCulture));
        return table;
    }
}
