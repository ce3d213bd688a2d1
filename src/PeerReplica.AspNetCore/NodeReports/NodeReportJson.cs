using System.Text.Json.Serialization;

namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>How reports are encoded for peers. Members may be added: an instance of another version passes over those that it does not know.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class NodeReportJson : JsonSerializerContext;
