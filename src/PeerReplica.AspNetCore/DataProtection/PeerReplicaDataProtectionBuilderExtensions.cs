using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.DataProtection;
using PeerReplica.AspNetCore.Hosting;

namespace Microsoft.AspNetCore.DataProtection;

/// <summary>Keeps data protection keys in the app's replica.</summary>
public static class PeerReplicaDataProtectionBuilderExtensions
{
    private const string Method = nameof(PersistKeysToPeerReplica);

    /// <summary>
    /// Keeps the keys that protect cookies, antiforgery tokens and the like in the app's replica, so that what one instance protected every instance reads. Instances that
    /// start together generate one key. A key or a revocation of another instance takes effect as soon as it arrives. The keys live in the instances' memory: when all
    /// instances stop at once they are lost, and what they protected cannot be read any more. Keys are replicated as the app's <c>ProtectKeysWith...</c> leaves
    /// them; without one they are stored and sent in clear. A second call configures further.
    /// </summary>
    /// <param name="builder">The app's data protection.</param>
    /// <param name="configure">Sets the timeout; validated at start.</param>
    public static IDataProtectionBuilder PersistKeysToPeerReplica(this IDataProtectionBuilder builder, Action<PeerReplicaDataProtectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (!Features.TryAdd(services, Method)) return builder;
        services.AddPeerReplicaObjects(o => o.AddMap<string, string>(KeyStore.MapName).AddPool(KeyLease.PoolName, [KeyLease.Item]));
        services.AddOptionsWithValidateOnStart<PeerReplicaDataProtectionOptions>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PeerReplicaDataProtectionOptions>, PeerReplicaDataProtectionOptionsValidator>());
        services.AddSingleton(p => new KeyStore(
            Features.Replica(p, Method), p.GetRequiredService<IOptions<PeerReplicaDataProtectionOptions>>(), p.GetRequiredService<ILogger<KeyStore>>()));
        services.AddSingleton<KeyLease>();
        services.AddSingleton<ReplicatedXmlRepository>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(p => new ConfigureOptions<KeyManagementOptions>(
            o => o.XmlRepository = p.GetRequiredService<ReplicatedXmlRepository>()));
        services.AddHostedService<KeyRingWatcher>();

        // A key manager of the app's own stays: it keeps its keys in the replica, and generates them by its own rules.
        var known = services.FirstOrDefault(s => s.ServiceType == typeof(IKeyManager) && s.ImplementationType == typeof(XmlKeyManager));
        if (known is not null) services.Remove(known);
        services.TryAddSingleton<IKeyManager>(p => new ReplicatedKeyManager(ActivatorUtilities.CreateInstance<XmlKeyManager>(p), p.GetRequiredService<KeyLease>()));
        return builder;
    }
}
