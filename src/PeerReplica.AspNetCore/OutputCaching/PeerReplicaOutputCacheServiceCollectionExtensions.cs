using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Logging;
using PeerReplica;
using PeerReplica.AspNetCore.Hosting;
using PeerReplica.AspNetCore.OutputCaching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the output cache in the app's replica.</summary>
public static class PeerReplicaOutputCacheServiceCollectionExtensions
{
    private const string Method = nameof(AddPeerReplicaOutputCache);

    /// <summary>
    /// Keeps responses of the output cache in the app's replica, so that every instance serves what another cached, and evicting a tag at one instance evicts it at all.
    /// Add the middleware with <c>AddOutputCache</c> as before, in any order. A second call may repeat the options, and is refused if it changes them.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets limits; called at once.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">An earlier call set other options.</exception>
    public static IServiceCollection AddPeerReplicaOutputCache(this IServiceCollection services, Action<PeerReplicaOutputCacheOptions>? configure = null)
    {
        var options = new PeerReplicaOutputCacheOptions();
        if (!Features.TryConfigure(services, Method, options, configure, o => (o.MaxBytes, o.MaxEntries, o.MaxLifetime))) return services;
        if (options.MaxLifetime < TimeSpan.FromSeconds(1) || options.MaxLifetime > TimeSpan.FromDays(365))
            throw new ArgumentOutOfRangeException(nameof(configure), options.MaxLifetime, $"{Method}: MaxLifetime must be from 1 s to 365 days.");
        services.AddPeerReplicaObjects(o => o
            .AddMap<string, byte[]>(
                ReplicatedOutputCacheStore.MapName, m => (m.MaxBytes, m.MaxEntries, m.Eviction) = (options.MaxBytes, options.MaxEntries, MapEviction.LeastRecentlyUsed))
            .AddMap<string, string>(ReplicatedOutputCacheStore.TagsName));
        services.AddSingleton<IOutputCacheStore>(p => new ReplicatedOutputCacheStore(
            Features.Replica(p, Method), options, Features.Time(p), p.GetRequiredService<ILogger<ReplicatedOutputCacheStore>>()));
        return services;
    }
}
