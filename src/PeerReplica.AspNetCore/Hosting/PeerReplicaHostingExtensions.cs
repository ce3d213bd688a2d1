using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PeerReplica;
using PeerReplica.AspNetCore.Hosting;
using PeerReplica.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds PeerReplica to an app's host.</summary>
public static class PeerReplicaHostingExtensions
{
    /// <summary>
    /// Adds this process's replica with options bound from a section of the app's configuration, as
    /// <c>services.AddPeerReplica(configuration.GetSection("PeerReplica"))</c> does.
    /// </summary>
    /// <param name="builder">The app's builder, such as a <c>WebApplicationBuilder</c>.</param>
    /// <param name="configure">Sets options after the binding.</param>
    /// <param name="sectionName">The section's name. Default <c>PeerReplica</c>.</param>
    public static IPeerReplicaBuilder AddPeerReplica(
        this IHostApplicationBuilder builder, Action<PeerReplicaOptions>? configure = null, string sectionName = "PeerReplica")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(sectionName);
        return builder.Services.AddPeerReplica(builder.Configuration.GetSection(sectionName), configure);
    }

    /// <summary>
    /// Holds up the app's start until the replica is synchronized, so that the server does not listen before the state is here. The replica listens already, and peers
    /// find it. See <see cref="WaitForSyncOptions"/> for what happens if the synchronization does not complete. A second call configures further.
    /// </summary>
    /// <param name="builder">The app's replica.</param>
    /// <param name="configure">Sets the timeout; validated at start.</param>
    public static IPeerReplicaBuilder WaitForSync(this IPeerReplicaBuilder builder, Action<WaitForSyncOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Features.TryAdd(builder.Services, nameof(WaitForSync));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WaitForSyncService>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WaitForSyncOptions>, WaitForSyncOptionsValidator>());
        builder.Services.AddOptionsWithValidateOnStart<WaitForSyncOptions>();
        if (configure is not null) builder.Services.Configure(configure);
        return builder;
    }
}
