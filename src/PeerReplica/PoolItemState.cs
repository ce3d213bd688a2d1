using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What is known of an item of a pool.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolItemState>))]
public enum PoolItemState
{
    /// <summary>It is none of the pool's, or the pool has not been granted yet.</summary>
    Unknown,

    /// <summary>It can be taken.</summary>
    Free,

    /// <summary>A hold reserves it.</summary>
    Held,

    /// <summary>It is taken.</summary>
    Taken,

    /// <summary>It is free as far as it is known here, but the replica that decides about it cannot be reached.</summary>
    Stranded,
}
