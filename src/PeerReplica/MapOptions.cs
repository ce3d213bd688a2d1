namespace PeerReplica;

/// <summary>
/// How long entries of an <see cref="IReplicatedMap{TKey, TValue}"/> live, and how many it may hold. Every instance of the app
/// should register a map with the same. A map is registered with <see cref="MapOptions{TKey, TValue}"/>, which adds what
/// depends on its types.
/// </summary>
public class MapOptions
{
    /// <summary>How long an entry lives after each write that does not say otherwise; positive, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: for ever.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>
    /// How long an entry lives after its last use unless a write says otherwise; positive, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: uses do
    /// not matter. See <see cref="EntryExpiration.Sliding"/>.
    /// </summary>
    public TimeSpan? SlidingExpiration { get; set; }

    /// <summary>
    /// The most entries that a write at this instance leaves in the map; at least 1. Entries that have expired count until they are removed. What
    /// peers write is taken beyond the limit: see <see cref="Eviction"/>. Default: no limit.
    /// </summary>
    public long? MaxEntries { get; set; }

    /// <summary>
    /// The most bytes of encoded keys and values that a write at this instance leaves in the map; at least 1. The memory for an entry besides, 250
    /// to 520 bytes, is not counted. Default: no limit.
    /// </summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// What happens at a limit. Default <see cref="MapEviction.None"/>: the writer gets a <see cref="MapFullException"/>. What instances write at the
    /// same time, or while they are cut off from each other, can take the map beyond its limits when they meet: with
    /// <see cref="MapEviction.LeastRecentlyUsed"/> they then evict, with <see cref="MapEviction.None"/> new keys are refused until it is below.
    /// </summary>
    public MapEviction Eviction { get; set; }
}
