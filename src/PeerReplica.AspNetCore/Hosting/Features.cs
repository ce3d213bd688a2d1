using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.AspNetCore.Hosting;

/// <summary>What the registrations of all features share.</summary>
internal static class Features
{
    /// <summary>Notes that a feature is used. Returns <see langword="false"/> if an earlier call added it already.</summary>
    public static bool TryAdd(IServiceCollection services, string method, object? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(s => s.ImplementationInstance is FeatureUse use && use.Method == method)) return false;
        services.AddSingleton(new FeatureUse(method, options));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ReplicaRequirement>());
        return true;
    }

    /// <summary>Adds a feature whose options hold from its registration on. Returns <see langword="false"/> if an earlier call added it with the same.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="method">The method that the app called.</param>
    /// <param name="options">The options with their defaults, to be set by <paramref name="configure"/>.</param>
    /// <param name="configure">What the app sets; a call without it takes what an earlier call set.</param>
    /// <param name="valuesOf">What of the options is compared.</param>
    /// <exception cref="InvalidOperationException">An earlier call set other options.</exception>
    public static bool TryConfigure<TOptions>(
        IServiceCollection services, string method, TOptions options, Action<TOptions>? configure, Func<TOptions, object> valuesOf)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(services);
        configure?.Invoke(options);
        var earlier = services.Select(s => s.ImplementationInstance as FeatureUse).FirstOrDefault(u => u?.Method == method);
        if (earlier is null)
        {
            TryAdd(services, method, valuesOf(options));
            return true;
        }

        if (configure is null || valuesOf(options).Equals(earlier.Options)) return false;
        throw new InvalidOperationException($"{method} was called before with other options. Set all options in one call.");
    }

    /// <summary>The app's replica.</summary>
    /// <exception cref="InvalidOperationException">The app has none.</exception>
    public static IPeerReplica Replica(IServiceProvider provider, string method) =>
        provider.GetService<IPeerReplica>() ?? throw Missing(method);

    /// <summary>The app's clock.</summary>
    public static TimeProvider Time(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    public static InvalidOperationException Missing(string methods) => new(
        $"{methods} needs the app's replica, and none is registered. Call services.AddPeerReplica(...) as well, before or after; see docs/how-to/replace-redis.md.");
}
