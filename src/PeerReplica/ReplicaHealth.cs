namespace PeerReplica;

/// <summary>How a replica does at one moment, with everything that is wrong and what to do about it. Immutable.</summary>
public sealed class ReplicaHealth
{
    internal ReplicaHealth(IReadOnlyList<ReplicaHealthFinding> findings)
    {
        Findings = findings;
        foreach (var finding in findings)
        {
            if (finding.Status > Status) Status = finding.Status;
            IsReady &= !finding.BlocksReadiness;
            IsLive &= finding.Reason != ReplicaHealthReason.Faulted;
        }
    }

    /// <summary>The gravest status among <see cref="Findings"/>; <see cref="ReplicaHealthStatus.Healthy"/> when there are none.</summary>
    public ReplicaHealthStatus Status { get; }

    /// <summary>
    /// Whether the app may be given work: the replica runs, has completed its first synchronization and is not stopping. A degraded replica is ready. Use it for a
    /// readiness probe.
    /// </summary>
    public bool IsReady { get; } = true;

    /// <summary>Whether a restart of the process is not needed: <see langword="false"/> only when the replica has faulted. Use it for a liveness probe.</summary>
    public bool IsLive { get; } = true;

    /// <summary>
    /// Everything that is wrong, by reason, then by subject. At most 256 findings, of them at most 32 about refused
    /// peers, and 32 about peers in quarantine or expelled.
    /// </summary>
    public IReadOnlyList<ReplicaHealthFinding> Findings { get; }

    /// <summary>The status, and each finding on a line of its own.</summary>
    public override string ToString() =>
        string.Join(Environment.NewLine, [$"{Status}{(IsReady ? "" : ", not ready")}", .. Findings.Select(f => $"{f.Reason} ({f.Subject}): {f.Message} {f.Remedy}")]);
}
