using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using PeerReplica.AspNetCore.Health;
using PeerReplica.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of the app's replica.</summary>
public static class PeerReplicaHealthChecksBuilderExtensions
{
    private const string Method = "AddHealthChecks().AddPeerReplica";

    /// <summary>
    /// Adds the five checks of <see cref="PeerReplicaCheck"/> under the names <c>peerreplica-startup</c>, <c>peerreplica-live</c>, <c>peerreplica-ready</c>,
    /// <c>peerreplica-isolated</c> and <c>peerreplica-faulted</c>. Map each probe to its tag:
    /// <c>MapHealthChecks("/ready", new() { Predicate = c =&gt; c.Tags.Contains("ready") })</c>. A second call adds nothing.
    /// </summary>
    /// <param name="builder">The app's health checks.</param>
    public static IHealthChecksBuilder AddPeerReplica(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!Features.TryAdd(builder.Services, Method)) return builder;
        foreach (var check in Enum.GetValues<PeerReplicaCheck>()) builder.AddPeerReplica(check);
        return builder;
    }

    /// <summary>Adds one check.</summary>
    /// <param name="builder">The app's health checks.</param>
    /// <param name="check">Which check.</param>
    /// <param name="name">The check's name. Default: <c>peerreplica-</c> and the check's own name in lower case.</param>
    /// <param name="failureStatus">What is reported where the check would be unhealthy. Default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The check's tags. Default: its own name in lower case, and <c>peerreplica</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="check"/> is none of the enumeration's.</exception>
    public static IHealthChecksBuilder AddPeerReplica(
        this IHealthChecksBuilder builder, PeerReplicaCheck check, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!Enum.IsDefined(check)) throw new ArgumentOutOfRangeException(nameof(check), check, "There is no such check.");
        Features.TryAdd(builder.Services, $"{Method}({check})");
        var tag = NameOf(check);

        // One instance for the life of the app: the startup check remembers that it was healthy once.
        builder.Services.AddKeyedSingleton(
            check, (p, _) => new PeerReplicaHealthCheck(check, Features.Replica(p, Method), p.GetService<IHostApplicationLifetime>()));
        return builder.Add(new HealthCheckRegistration(
            name ?? $"peerreplica-{tag}", p => p.GetRequiredKeyedService<PeerReplicaHealthCheck>(check), failureStatus, tags ?? [tag, "peerreplica"]));
    }

    private static string NameOf(PeerReplicaCheck check) => check switch
    {
        PeerReplicaCheck.Startup => "startup",
        PeerReplicaCheck.Live => "live",
        PeerReplicaCheck.Ready => "ready",
        PeerReplicaCheck.Isolated => "isolated",
        _ => "faulted",
    };
}
