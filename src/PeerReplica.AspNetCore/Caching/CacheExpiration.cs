using Microsoft.Extensions.Caching.Distributed;

namespace PeerReplica.AspNetCore.Caching;

/// <summary>Options of a cache entry, as the expiration of a map's entry.</summary>
internal static class CacheExpiration
{
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration is not in the future.</exception>
    public static EntryExpiration Of(DistributedCacheEntryOptions options, DateTimeOffset now, TimeSpan defaultSliding)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.AbsoluteExpiration <= now)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.AbsoluteExpiration, "The absolute expiration value must be in the future.");
        }

        var absolute = options.AbsoluteExpirationRelativeToNow ?? (options.AbsoluteExpiration - now);
        return new EntryExpiration
        {
            TimeToLive = absolute ?? Timeout.InfiniteTimeSpan,
            Sliding = options.SlidingExpiration ?? (absolute is null ? defaultSliding : Timeout.InfiniteTimeSpan),
        };
    }
}
