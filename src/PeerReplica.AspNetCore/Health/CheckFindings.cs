namespace PeerReplica.AspNetCore.Health;

/// <summary>Which findings of a replica each check reports.</summary>
internal static class CheckFindings
{
    private static readonly ReplicaHealthReason[] s_isolation =
    [
        ReplicaHealthReason.Alone, ReplicaHealthReason.SeedNotReached, ReplicaHealthReason.PeerRefused, ReplicaHealthReason.MemberUnreachable,
        ReplicaHealthReason.AdvertisedAddressUnreachable, ReplicaHealthReason.ClockSkew, ReplicaHealthReason.WaitingForExpectedReplicas,
        ReplicaHealthReason.PeerQuarantined, ReplicaHealthReason.PeerExpelled, ReplicaHealthReason.Expelled,
    ];

    public static bool Belongs(PeerReplicaCheck check, ReplicaHealthFinding finding) => check switch
    {
        PeerReplicaCheck.Startup => finding.Reason is ReplicaHealthReason.NotStarted or ReplicaHealthReason.NotSynchronized or ReplicaHealthReason.Faulted,
        PeerReplicaCheck.Ready => finding.BlocksReadiness,
        PeerReplicaCheck.Live => finding.Reason == ReplicaHealthReason.Faulted,
        PeerReplicaCheck.Isolated => s_isolation.Contains(finding.Reason),

        // What only a running replica can have: a replica that has not started, or was stopped as intended, is not faulty.
        _ => finding.Reason == ReplicaHealthReason.Faulted || (!finding.BlocksReadiness && !s_isolation.Contains(finding.Reason)),
    };
}
