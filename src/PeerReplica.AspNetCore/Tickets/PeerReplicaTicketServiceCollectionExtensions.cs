using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Hosting;
using PeerReplica.AspNetCore.Tickets;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps logins in the app's replica.</summary>
public static class PeerReplicaTicketServiceCollectionExtensions
{
    private const string Method = nameof(AddPeerReplicaTicketStore);

    /// <summary>
    /// Keeps the logins of a cookie scheme in the app's replica instead of in the browser's cookie, which then holds a random key alone. Any instance reads a login that another stored;
    /// <see cref="IUserLogins"/> ends all logins of a user. A scheme that has a <see cref="CookieAuthenticationOptions.SessionStore"/> already keeps it. Call it
    /// once for each scheme; a second call for one scheme configures further.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="scheme">The cookie scheme. Default <c>Cookies</c>; ASP.NET Core Identity uses <c>Identity.Application</c>.</param>
    /// <param name="configure">Sets options for all schemes; validated at start.</param>
    public static IServiceCollection AddPeerReplicaTicketStore(
        this IServiceCollection services, string scheme = CookieAuthenticationDefaults.AuthenticationScheme, Action<PeerReplicaTicketOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        if (configure is not null) services.Configure(configure);
        if (Features.TryAdd(services, Method))
        {
            services.AddPeerReplicaObjects(o => o.AddMap<string, byte[]>(TicketStore.MapName).AddMap<string, string>(TicketStore.GenerationsName));
            services.AddOptionsWithValidateOnStart<PeerReplicaTicketOptions>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PeerReplicaTicketOptions>, PeerReplicaTicketOptionsValidator>());
            services.AddSingleton(p => new TicketStore(
                Features.Replica(p, Method), p.GetRequiredService<IOptions<PeerReplicaTicketOptions>>(), Features.Time(p)));
            services.AddSingleton<IUserLogins>(p => p.GetRequiredService<TicketStore>());
        }

        services.AddOptions<CookieAuthenticationOptions>(scheme).Configure<TicketStore>((o, store) => o.SessionStore ??= store);
        return services;
    }
}
