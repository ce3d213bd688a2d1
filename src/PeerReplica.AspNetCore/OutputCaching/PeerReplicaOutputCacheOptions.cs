namespace PeerReplica.AspNetCore.OutputCaching;

/// <summary>How much the output cache holds, and for how long.</summary>
public sealed class PeerReplicaOutputCacheOptions
{
    /// <summary>
    /// The most bytes of keys and responses; at least 1. Every instance holds all of them, and about 520 bytes more for each response. Beyond that the responses that were
    /// stored longest ago are evicted everywhere. Default 256 MiB. The same at every instance.
    /// </summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>The most responses; at least 1. Default: no limit but <see cref="MaxBytes"/>.</summary>
    public long? MaxEntries { get; set; }

    /// <summary>The longest time for which a response is kept, also if a policy says more. 1 s to 365 days. Default 1 day. An eviction by tag is remembered for an hour longer.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromDays(1);
}
