using System.Text.Json.Serialization;

namespace PeerReplica.Benchmarks.Load;

/// <summary>All that a run measured, as its line of JSON says it.</summary>
internal sealed record LoadReport(List<Figure> Figures, Surroundings? Surroundings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
