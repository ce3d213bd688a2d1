using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>How well a replica does. The greatest of its findings decides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReplicaHealthStatus>))]
public enum ReplicaHealthStatus
{
    /// <summary>Nothing to report.</summary>
    Healthy = 0,

    /// <summary>The replica works, but part of what it is for is missing or at risk, such as a peer or an object.</summary>
    Degraded = 1,

    /// <summary>The replica does not replicate, or a promise is broken, such as a counter that was oversold.</summary>
    Unhealthy = 2,
}
