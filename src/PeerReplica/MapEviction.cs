using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What a map does when a write would take it beyond <see cref="MapOptions.MaxEntries"/> or <see cref="MapOptions.MaxBytes"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MapEviction>))]
public enum MapEviction
{
    /// <summary>The write is refused with a <see cref="MapFullException"/>. Removals, and overwriting with a value that takes no more room, still work.</summary>
    None,

    /// <summary>
    /// Entries that were not used for longest are removed, at all replicas. Used means written, or read with a sliding expiration as far as reads are
    /// replicated: of two entries that were last used within a tenth of their window either may go first.
    /// </summary>
    LeastRecentlyUsed,
}
