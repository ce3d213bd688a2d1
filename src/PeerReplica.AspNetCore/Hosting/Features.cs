using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.AspNetCore.Hosting;

/// <summary>What the registrations of all features share.</summary>
internal static class Features
{
    /// <summary>Notes that a feature is used. Returns <see langword="false"/> if an earlier call added it already.</summary>
    public static bool TryAdd(IServiceCollection services, string method)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(s => s.ImplementationInstance is FeatureUse use && use.Method == method)) return false;
        services.AddSingleton(new FeatureUse(method));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ReplicaRequirement>());
        return true;
    }

    /// <summary>The app's replica.</summary>
    /// <exception cref="InvalidOperationException">The app has none.</exception>
    public static IPeerReplica Replica(IServiceProvider provider, string method) =>
        provider.GetService<IPeerReplica>() ?? throw Missing(method);

    public static InvalidOperationException Missing(string methods) => new(
        $"{methods} needs the app's replica, and none is registered. Call services.AddPeerReplica(...) as well, before or after; see docs/how-to/replace-redis.md.");
}
