using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

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

    public static void Telemetry(WebApplicationBuilder builder)
    {
        builder.Services.AddOpenTelemetry()
            .WithMetrics(m => m.AddPeerReplicaInstrumentation())
            .WithTracing(t => t.AddPeerReplicaInstrumentation());
    }
}
