using System.Text.Json.Serialization;

namespace PeerReplica.TrimmedApp;

internal sealed record Order(string What, int Count);

[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
