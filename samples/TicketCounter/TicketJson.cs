using System.Text.Json.Serialization;

namespace TicketCounter;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(Sale))]
internal sealed partial class TicketJson : JsonSerializerContext;
