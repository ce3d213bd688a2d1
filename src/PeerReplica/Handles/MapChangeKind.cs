using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What happened to a key of a map.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MapChangeKind>))]
public enum MapChangeKind
{
    /// <summary>It has a value, new or changed.</summary>
    Set,

    /// <summary>It was removed, or its time to live ended.</summary>
    Removed,

    /// <summary>A value or key arrived that cannot be read here; enumerations pass over it, reading it by its key throws <see cref="ReplicaSerializationException"/>.</summary>
    Unreadable,

    /// <summary>The watcher fell behind by more keys than it may hold: read everything anew, then go on watching.</summary>
    Reset,
}
