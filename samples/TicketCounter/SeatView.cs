using PeerReplica;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TicketCounter;

/// <summary>Draws the numbered seats: each as a letter in the color of its state, so that it can be read without colors too.</summary>
internal static class SeatView
{
    /// <summary>The map: narrow enough to stand beside the agents in 80 columns.</summary>
    public static IRenderable Map(IReadOnlyList<PoolItem<string>> seats, IReadOnlyList<BasketSeat> basket, string cursor)
    {
        var lines = new List<string> { Numbers() };
        for (var row = 0; row < SeatMap.Rows; row++)
        {
            var cells = seats.Skip(row * SeatMap.SeatsInRow).Take(SeatMap.SeatsInRow).Select(s => Cell(s, basket, s.Item == cursor));
            lines.Add($"[grey]{SeatMap.Row(row)}[/]{string.Concat(cells)}");
        }

        return new Markup(string.Join('\n', lines));
    }

    /// <summary>What the letters mean, how many there are of each, and what is in the basket for how much longer.</summary>
    public static IRenderable Legend(EscrowAudit audit, IReadOnlyList<BasketSeat> basket, string cursor)
    {
        var contents = basket.Count == 0 ? "[grey]empty[/]" : string.Join(' ', basket.Select(b => $"[aqua]{b.Seat}[/] {b.SecondsLeft} s"));
        return new Markup($"""
            [bold]seats[/]: [green].[/] {audit.Free} free  [yellow]h[/] {audit.Held} held  [red]x[/] {audit.Sold} taken  [fuchsia]?[/] {audit.Stranded} stranded  [aqua]*[/] {basket.Count} yours
            [bold]basket[/]: {contents}   cursor: {cursor}
            """);
    }

    private static string Numbers() => $"[grey] {string.Concat(Enumerable.Range(1, SeatMap.SeatsInRow).Select(n => n % 5 == 0 || n == 1 ? $"{n,2}" : "  "))}[/]";

    private static string Cell(PoolItem<string> seat, IReadOnlyList<BasketSeat> basket, bool isCursor)
    {
        var (sign, color) = basket.Any(b => b.Seat == seat.Item) ? ('*', "aqua") : seat.State switch
        {
            PoolItemState.Free => ('.', "green"),
            PoolItemState.Held => ('h', "yellow"),
            PoolItemState.Taken => ('x', "red"),
            PoolItemState.Stranded => ('?', "fuchsia"),
            _ => ('-', "grey"),
        };
        return isCursor ? $" [{color} invert]{sign}[/]" : $" [{color}]{sign}[/]";
    }
}
