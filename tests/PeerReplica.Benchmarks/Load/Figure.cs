using System.Text.Json.Serialization;

namespace PeerReplica.Benchmarks.Load;

/// <summary>One measured figure; the ratio is to the baseline of the same run, where there is one.</summary>
internal sealed record Figure(string Name, double Value, string Unit, double? Baseline = null)
{
    public double? Ratio => Baseline is { } baseline ? Value / baseline : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<Figure>))]
internal sealed partial class FigureJson : JsonSerializerContext;
