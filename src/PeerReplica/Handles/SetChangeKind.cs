using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What happened to an element of a set.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SetChangeKind>))]
public enum SetChangeKind
{
    /// <summary>It is in the set, newly or again.</summary>
    Added,

    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>An element arrived that cannot be read here; enumerations pass over it.</summary>
    Unreadable,

    /// <summary>The watcher fell behind by more elements than it may hold: read the set anew, then go on watching.</summary>
    Reset,
}
