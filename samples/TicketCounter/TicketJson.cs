using System.Text.Json.Serialization;

namespace TicketCounter;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(Sale))]
internal sealed partial class TicketJson : JsonSerializerContext;
