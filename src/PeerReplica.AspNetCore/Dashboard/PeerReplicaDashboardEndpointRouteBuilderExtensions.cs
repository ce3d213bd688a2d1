using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica;
using PeerReplica.AspNetCore.Dashboard;
using PeerReplica.AspNetCore.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard.</summary>
public static class PeerReplicaDashboardEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a read-only page that shows the cluster as this instance sees it, with JSON at <c>status</c> and server-sent events at <c>stream</c> below it. It is closed, and answers 404, until
    /// it has a policy: <c>app.MapPeerReplicaDashboard().RequireAuthorization("operators")</c>. The exception is the environment <c>Development</c>, where requests from this machine that did
    /// not come through a proxy are let in without one. See <c>docs/how-to/dashboard.md</c>.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">Its path, without parameters. Default <c>/peerreplica</c>.</param>
    /// <param name="configure">Sets what is shown and how many may look.</param>
    /// <exception cref="ArgumentException">The path has parameters, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The app has no replica.</exception>
    public static IEndpointConventionBuilder MapPeerReplicaDashboard(
        this IEndpointRouteBuilder endpoints, string pattern = "/peerreplica", Action<PeerReplicaDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        if (RoutePatternFactory.Parse(pattern).Parameters.Count > 0) throw new ArgumentException($"The dashboard's path '{pattern}' must not have parameters.", nameof(pattern));
        var provider = endpoints.ServiceProvider;
        if (provider.GetService<IServiceProviderIsService>()?.IsService(typeof(IPeerReplica)) == false) throw Features.Missing(nameof(MapPeerReplicaDashboard));
        var options = new PeerReplicaDashboardOptions();
        configure?.Invoke(options);
        options.Validated();
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("PeerReplica.Dashboard");
        var services = new Lazy<DashboardServices>(() => new(provider, options, logger));
        Follow(provider, services);
        var gate = new DashboardGate(pattern, provider.GetRequiredService<IHostEnvironment>().IsDevelopment(), logger);
        var dashboard = new DashboardEndpoints(gate, services);
        var group = endpoints.MapGroup(pattern);
        group.MapGet("/", dashboard.PageAsync).WithDisplayName("PeerReplica dashboard");
        group.MapGet("/status", dashboard.StatusAsync).WithDisplayName("PeerReplica status").DisableCookieRedirect();
        group.MapGet("/stream", dashboard.StreamAsync).WithDisplayName("PeerReplica stream").DisableCookieRedirect().DisableRequestTimeout().DisableHttpMetrics();
        group.MapGet("/entries", dashboard.EntriesAsync).WithDisplayName("PeerReplica entries").DisableCookieRedirect();

        // No cache of the app's keeps it, whatever its base policy says.
        return group.WithMetadata(new OutputCacheAttribute { NoStore = true }).ExcludeFromDescription();
    }

    private static void Follow(IServiceProvider provider, Lazy<DashboardServices> services)
    {
        var lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() => _ = Task.Run(() => services.Value.Events.FollowAsync(lifetime.ApplicationStopped)));
    }
}
