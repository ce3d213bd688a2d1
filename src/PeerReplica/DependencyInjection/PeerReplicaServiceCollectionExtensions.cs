using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PeerReplica;
using PeerReplica.DependencyInjection;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds PeerReplica to an app.</summary>
public static class PeerReplicaServiceCollectionExtensions
{
    /// <summary>
    /// Adds this process's replica, started and stopped with the host. Register objects on the returned builder. Calling it again configures the same
    /// replica further. An <see cref="IReplicaTransport"/> among the services replaces TCP, an <see cref="IAddressResolver"/> the system's name resolution.
    /// The replica keeps its own clock, <see cref="TimeProvider.System"/> unless one is registered under <see cref="PeerReplicaKeys.TimeProvider"/>; a <see cref="TimeProvider"/> without a key
    /// is the app's, and is not used.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets options; they are validated at start, every fault in one <see cref="OptionsValidationException"/>.</param>
    public static IPeerReplicaBuilder AddPeerReplica(this IServiceCollection services, Action<PeerReplicaOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var registry = RegistryOf(services);
        if (!services.Any(s => s.ServiceType == typeof(PeerReplicaNode)))
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PeerReplicaOptions>, PeerReplicaOptionsValidator>());
            services.AddOptionsWithValidateOnStart<PeerReplicaOptions>();
            services.AddSingleton(CreateNode);
            services.AddSingleton<IPeerReplica>(p => p.GetRequiredService<PeerReplicaNode>());
            services.AddSingleton<IHostedService>(p => p.GetRequiredService<PeerReplicaNode>());
        }

        if (configure is not null) services.Configure(configure);
        return new PeerReplicaBuilder(services, registry);
    }

    /// <summary>
    /// Adds this process's replica with options bound from configuration, for example the section <c>PeerReplica</c>. A key that is no option and a value that is not of its option's form
    /// are refused at start, with all other faults in one <see cref="OptionsValidationException"/>. Durations have a unit (<c>250ms</c>, <c>1.5s</c>, <c>2m</c>, <c>1h</c>) or are
    /// <c>hh:mm:ss</c>; sizes are bytes, or have <c>KiB</c>, <c>MiB</c> or <c>GiB</c>. Read once at start: a later change of the configuration has no effect until the process restarts.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configuration">The section whose keys are the options' names, without regard to case; from the environment for example <c>PeerReplica__Seeds__0</c>.</param>
    /// <param name="configure">Sets options after the binding.</param>
    public static IPeerReplicaBuilder AddPeerReplica(
        this IServiceCollection services, IConfiguration configuration, Action<PeerReplicaOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddPeerReplica();
        services.AddSingleton<IConfigureOptions<PeerReplicaOptions>>(new ConfigurationReader(configuration));
        if (configure is not null) services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Registers objects of the replica that <see cref="AddPeerReplica(IServiceCollection, Action{PeerReplicaOptions})"/> adds, whether it is called before or after. Adds no
    /// replica. For libraries that keep state in the app's replica: choose names with a prefix of the library's own, and register each name once.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="register">Registers the objects; called at once.</param>
    /// <exception cref="ArgumentException">A name is registered already.</exception>
    public static IServiceCollection AddPeerReplicaObjects(this IServiceCollection services, Action<IPeerReplicaBuilder> register)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(register);
        register(new PeerReplicaBuilder(services, RegistryOf(services)));
        return services;
    }

    private static ObjectRegistry RegistryOf(IServiceCollection services)
    {
        if (services.FirstOrDefault(s => s.ServiceType == typeof(ObjectRegistry))?.ImplementationInstance is ObjectRegistry known) return known;
        var registry = new ObjectRegistry();
        services.AddSingleton(registry);
        return registry;
    }

    private static PeerReplicaNode CreateNode(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
        var environment = new ReplicaEnvironment
        {
            Transport = provider.GetService<IReplicaTransport>() ?? ReplicaTransports.Tcp(options),
            Resolver = provider.GetService<IAddressResolver>(),
            Time = ClockOf(provider),
        }.WithSignatures(options);
        var logger = provider.GetService<ILoggerFactory>()?.CreateLogger("PeerReplica") ?? NullLogger.Instance;
        var metrics = ReplicaMetrics.Create(provider.GetService<IMeterFactory>(), out var failure);
        if (failure is not null) Log.MetricsFailed(logger, failure);
        return new PeerReplicaNode(options, provider.GetRequiredService<ObjectRegistry>(), environment, logger, metrics);
    }

    private static TimeProvider ClockOf(IServiceProvider provider)
    {
        var clock = provider.GetKeyedService<TimeProvider>(PeerReplicaKeys.TimeProvider);
        return clock is null || clock == TimeProvider.System ? TimeProvider.System : new GuardedTimeProvider(clock);
    }
}
