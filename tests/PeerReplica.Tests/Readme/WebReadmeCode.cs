using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PeerReplica.AspNetCore.Tickets;

namespace PeerReplica.Tests.Readme;

/// <summary>The code of the web package's README and how-to, so that it compiles.</summary>
internal static class WebReadmeCode
{
    public static void Probes(WebApplicationBuilder builder)
    {
        builder.AddPeerReplica()                        // options from the section "PeerReplica"
            .WaitForSync();                             // the server listens once the state is here
        builder.Services.AddHealthChecks().AddPeerReplica();
    }

    public static void MapProbes(WebApplication app)
    {
        app.MapHealthChecks("/live", new() { Predicate = c => c.Tags.Contains("live") });
        app.MapHealthChecks("/ready", new() { Predicate = c => c.Tags.Contains("ready") });
        app.MapHealthChecks("/startup", new() { Predicate = c => c.Tags.Contains("startup") });
    }

    public static void Caches(WebApplicationBuilder builder)
    {
        builder.Services.AddPeerReplicaDistributedCache();      // IDistributedCache, IBufferDistributedCache
        builder.Services.AddPeerReplicaSession();               // sessions that merge key by key
        builder.Services.AddPeerReplicaOutputCache();           // the store of AddOutputCache
    }

    public static void Keys(WebApplicationBuilder builder, X509Certificate2 certificate)
    {
        builder.Services.AddDataProtection()
            .SetApplicationName("shop")
            .PersistKeysToPeerReplica()
            .ProtectKeysWithCertificate(certificate);   // without it, keys are replicated in clear
    }

    public static void Logins(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddPeerReplicaTicketStore();
    }

    public static void LogOut(WebApplication app)
    {
        app.MapPost("/log-out-everywhere", async (HttpContext context, IUserLogins logins) =>
            await logins.LogOutEverywhereAsync(context.User.FindFirstValue(ClaimTypes.NameIdentifier)!, WriteConcern.Majority));
    }

    public static void Telemetry(WebApplicationBuilder builder)
    {
        builder.Services.AddOpenTelemetry()
            .WithMetrics(m => m.AddPeerReplicaInstrumentation())
            .WithTracing(t => t.AddPeerReplicaInstrumentation());
    }
}
