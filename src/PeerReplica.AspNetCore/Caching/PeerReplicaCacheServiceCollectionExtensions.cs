using Microsoft.Extensions.Caching.Distributed;
using PeerReplica;
using PeerReplica.AspNetCore.Caching;
using PeerReplica.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps a distributed cache in the app's replica.</summary>
public static class PeerReplicaCacheServiceCollectionExtensions
{
    private const string Method = nameof(AddPeerReplicaDistributedCache);

    /// <summary>
    /// Makes the app's <see cref="IDistributedCache"/> one that lives in the app's replica, and is an <see cref="IBufferDistributedCache"/>. Every instance reads it from its own memory. It
    /// replaces caches that were added before, and stays where <c>AddDistributedMemoryCache</c> is called after. Options hold for one call: a second call may repeat
    /// them, and is refused if it changes them.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets limits; called at once. From configuration: <c>o =&gt; section.Bind(o)</c>.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">An earlier call set other options.</exception>
    public static IServiceCollection AddPeerReplicaDistributedCache(this IServiceCollection services, Action<PeerReplicaDistributedCacheOptions>? configure = null)
    {
        var options = new PeerReplicaDistributedCacheOptions();
        if (!Features.TryConfigure(services, Method, options, configure, o => (o.MaxBytes, o.MaxEntries, o.DefaultSlidingExpiration))) return services;
        if (options.DefaultSlidingExpiration <= TimeSpan.Zero && options.DefaultSlidingExpiration != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(
                nameof(configure), options.DefaultSlidingExpiration, $"{Method}: DefaultSlidingExpiration must be positive, or Timeout.InfiniteTimeSpan.");
        }

        services.AddPeerReplicaObjects(o => o.AddMap<string, byte[]>(
            ReplicatedCache.MapName, m => (m.MaxBytes, m.MaxEntries, m.Eviction) = (options.MaxBytes, options.MaxEntries, MapEviction.LeastRecentlyUsed)));
        services.AddSingleton<IDistributedCache>(p => new ReplicatedCache(Features.Replica(p, Method), options, Features.Time(p)));
        return services;
    }
}
