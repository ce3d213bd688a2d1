using System.Text.Json;

namespace PeerReplica.Benchmarks.Load;

/// <summary>One measured figure; the ratio is to the baseline of the same run, where there is one.</summary>
internal sealed record Figure(string Name, double Value, string Unit, double? Baseline = null, string? BaselineName = null, Goal? Goal = null)
{
    public double? Ratio => Baseline is { } baseline ? Value / baseline : null;

    /// <summary>Null where there is no goal.</summary>
    public bool? IsReached => Goal?.IsReachedBy(this);

    /// <summary>Prints a table, and one line of JSON.</summary>
    public static void Print(List<Figure> figures) => Print(new LoadReport(figures, null));

    public static void Print(LoadReport report)
    {
        string[][] rows = [["what", "value", "baseline", "ratio", "goal", "reached"], .. report.Figures.Select(f => f.Row())];
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        Console.WriteLine();
        for (var i = 0; i < rows.Length; i++)
        {
            Console.WriteLine($"| {string.Join(" | ", rows[i].Select((cell, c) => cell.PadRight(widths[c])))} |");
            if (i == 0) Console.WriteLine($"|{string.Join('|', widths.Select(w => new string('-', w + 2)))}|");
        }

        Console.WriteLine();
        Console.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.LoadReport));
    }

    private string[] Row() =>
    [
        Name, $"{Number(Value)} {Unit}", Baseline is { } b ? $"{Number(b)}{(BaselineName is null ? "" : $", {BaselineName}")}" : "", Ratio is { } r ? $"{r:0.00}" : "", Goal?.ToString() ?? "",
        IsReached switch { true => "yes", false => "no", null => "" },
    ];

    private static string Number(double value) => Math.Abs(value) switch { >= 1000 => $"{value:N0}", >= 10 => $"{value:N1}", _ => $"{value:0.###}" };
}
