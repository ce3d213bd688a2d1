using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeerReplica.Benchmarks.Load;

/// <summary>One measured figure; the ratio is to the baseline of the same run, where there is one.</summary>
internal sealed record Figure(string Name, double Value, string Unit, double? Baseline = null)
{
    public double? Ratio => Baseline is { } baseline ? Value / baseline : null;

    /// <summary>Prints a table and one line of JSON.</summary>
    public static void Print(List<Figure> figures)
    {
        Console.WriteLine();
        Console.WriteLine($"{"",-75} {"value",14}  {"unit",-10} {"baseline",14} {"ratio",7}");
        foreach (var f in figures) Console.WriteLine($"{f.Name,-75} {f.Value,14:N1}  {f.Unit,-10} {f.Baseline,14:N1} {f.Ratio,7:0.00}");
        Console.WriteLine(JsonSerializer.Serialize(figures, FigureJson.Default.ListFigure));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<Figure>))]
internal sealed partial class FigureJson : JsonSerializerContext;
