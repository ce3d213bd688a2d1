using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.AspNetCore.Health;

/// <summary>One check of the replica's health report. Never waits for peers.</summary>
internal sealed class PeerReplicaHealthCheck(PeerReplicaCheck check, IPeerReplica replica, IHostApplicationLifetime? lifetime) : IHealthCheck
{
    private volatile bool _hasStarted;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var findings = replica.Health.Findings.Where(f => CheckFindings.Belongs(check, f)).ToArray();
        if (check == PeerReplicaCheck.Startup)
        {
            _hasStarted |= findings.Length == 0;
            if (_hasStarted) findings = [];
        }

        // The host says that it stops before it stops the server, and the replica last: requests should go elsewhere from the first moment.
        if (check == PeerReplicaCheck.Ready && findings.Length == 0 && lifetime is { ApplicationStopping.IsCancellationRequested: true })
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "The app is stopping."));
        return Task.FromResult(Report(findings, context.Registration.FailureStatus));
    }

    private HealthCheckResult Report(ReplicaHealthFinding[] findings, HealthStatus failure)
    {
        if (findings.Length == 0) return HealthCheckResult.Healthy();
        var isUnhealthy = findings.Any(f => f.Status == ReplicaHealthStatus.Unhealthy);
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var finding in findings) data.TryAdd($"{finding.Reason} ({finding.Subject})", $"{finding.Message} {finding.Remedy}");
        return new HealthCheckResult(
            isUnhealthy ? failure : HealthStatus.Degraded, string.Join(' ', findings.Select(f => $"{f.Message} {f.Remedy}")), replica.Fault, data);
    }
}
