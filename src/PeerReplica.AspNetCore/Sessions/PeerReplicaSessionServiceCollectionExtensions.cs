using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using PeerReplica;
using PeerReplica.AspNetCore.Hosting;
using PeerReplica.AspNetCore.Sessions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps sessions in the app's replica.</summary>
public static class PeerReplicaSessionServiceCollectionExtensions
{
    private const string Method = nameof(AddPeerReplicaSession);

    /// <summary>
    /// Adds sessions that live in the app's replica and merge per session key: requests that change different keys of one session at the same time, at one instance or at several, lose
    /// nothing. Does what <c>AddSession</c> does besides, and needs no distributed cache. A second call configures the framework's options further.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the framework's options, such as the idle timeout.</param>
    /// <param name="configureStore">Sets limits; called at once.</param>
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    /// <exception cref="InvalidOperationException">An earlier call set other limits.</exception>
    public static IServiceCollection AddPeerReplicaSession(
        this IServiceCollection services, Action<SessionOptions>? configure = null, Action<PeerReplicaSessionOptions>? configureStore = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null) services.Configure(configure);
        var options = new PeerReplicaSessionOptions();
        if (!Features.TryConfigure(services, Method, options, configureStore, o => (o.MaxBytes, o.MaxSessions))) return services;

        // The framework's store needs a distributed cache. It must not stay registered, even unused: in Development the
        // container checks at the start that each service can be made.
        services.RemoveAll<ISessionStore>();
        services.AddPeerReplicaObjects(o => o.AddMap<string, byte[]>(
            ReplicatedSessionStore.MapName, m => (m.MaxBytes, m.MaxEntries, m.Eviction) = (options.MaxBytes, options.MaxSessions, MapEviction.LeastRecentlyUsed)));
        services.AddSingleton<ISessionStore>(p => new ReplicatedSessionStore(
            Features.Replica(p, Method), p.GetRequiredService<ILoggerFactory>(), Features.Time(p)));
        services.AddSession();
        return services;
    }
}
