namespace PeerReplica.AspNetCore.Caching;

/// <summary>How much the distributed cache holds, and for how long.</summary>
public sealed class PeerReplicaDistributedCacheOptions
{
    /// <summary>
    /// The most bytes of keys and values; at least 1. Every instance holds all of them, and about 520 bytes more for each entry. Beyond that the entries that were
    /// used longest ago are evicted everywhere. Default 256 MiB. The same at every instance.
    /// </summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>The most entries; at least 1. Default: no limit but <see cref="MaxBytes"/>.</summary>
    public long? MaxEntries { get; set; }

    /// <summary>
    /// How long an entry that was set without an expiration lives after its last use; positive, or <see cref="Timeout.InfiniteTimeSpan"/> for ever. Default 20 min.
    /// </summary>
    public TimeSpan DefaultSlidingExpiration { get; set; } = TimeSpan.FromMinutes(20);
}
