using Microsoft.Extensions.Caching.Distributed;
using PeerReplica;
using PeerReplica.AspNetCore.Caching;
using PeerReplica.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps a distributed cache in the app's replica.</summary>
public static class PeerReplicaCacheServiceCollectionExtensions
{
    private const string Method = nameof(AddPeerReplicaDistributedCache);
    private const string KeyedMethod = nameof(AddKeyedPeerReplicaDistributedCache);

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
        if (Add(services, Method, ReplicatedCache.MapName, configure) is { } options)
            services.AddSingleton<IDistributedCache>(p => new ReplicatedCache(Features.Replica(p, Method), ReplicatedCache.MapName, options, Features.Time(p)));
        return services;
    }

    /// <summary>
    /// Adds a further distributed cache that lives in the app's replica, with limits and entries of its own: a keyed
    /// <see cref="IDistributedCache"/>, for example the second level of a <c>HybridCache</c> whose
    /// <c>DistributedCacheServiceKey</c> is the same. A second call for a key may repeat the options, and is refused if it changes them.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="serviceKey">The key of the service, and a part of the name of the cache's map; the same at every instance.</param>
    /// <param name="configure">Sets limits; called at once. From configuration: <c>o =&gt; section.Bind(o)</c>.</param>
    /// <exception cref="ArgumentException">The key is empty or too long, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">An earlier call for this key set other options.</exception>
    public static IServiceCollection AddKeyedPeerReplicaDistributedCache(
        this IServiceCollection services, string serviceKey, Action<PeerReplicaDistributedCacheOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        var (method, map) = ($"{KeyedMethod}(\"{serviceKey}\")", $"{ReplicatedCache.MapName}.{serviceKey}");
        if (Add(services, method, map, configure) is { } options)
            services.AddKeyedSingleton<IDistributedCache>(serviceKey, (p, _) => new ReplicatedCache(Features.Replica(p, method), map, options, Features.Time(p)));
        return services;
    }

    /// <summary>Registers a cache's map. Returns its options, or null if an earlier call registered it with the same.</summary>
    private static PeerReplicaDistributedCacheOptions? Add(
        IServiceCollection services, string method, string map, Action<PeerReplicaDistributedCacheOptions>? configure)
    {
        var options = new PeerReplicaDistributedCacheOptions();
        if (!Features.TryConfigure(services, method, options, configure, o => (o.MaxBytes, o.MaxEntries, o.DefaultSlidingExpiration))) return null;
        if (options.DefaultSlidingExpiration <= TimeSpan.Zero && options.DefaultSlidingExpiration != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(
                nameof(configure), options.DefaultSlidingExpiration, $"{method}: DefaultSlidingExpiration must be positive, or Timeout.InfiniteTimeSpan.");
        }

        services.AddPeerReplicaObjects(o => o.AddMap<string, byte[]>(
            map, m => (m.MaxBytes, m.MaxEntries, m.Eviction) = (options.MaxBytes, options.MaxEntries, MapEviction.LeastRecentlyUsed)));
        return options;
    }
}
