namespace PeerReplica.AspNetCore.Health;

/// <summary>The health checks of a replica. Each has the tag of its own name in lower case, and the tag <c>peerreplica</c>.</summary>
public enum PeerReplicaCheck
{
    /// <summary>
    /// Unhealthy until the first synchronization is complete; healthy from then on, whatever happens. For a startup probe. Tag <c>startup</c>.
    /// </summary>
    Startup,

    /// <summary>
    /// Unhealthy only when the replica has faulted, so that a restart of the process helps. Depends on nothing outside the process: an instance that is
    /// cut off, synchronizing or draining stays live. For a liveness probe. Tag <c>live</c>.
    /// </summary>
    Live,

    /// <summary>
    /// Unhealthy before the first synchronization, from the moment the app begins to stop, and after a fault. For a readiness probe. Tag <c>ready</c>.
    /// </summary>
    Ready,

    /// <summary>
    /// Degraded while peers, seeds or members are out of reach or refuse this replica, with the remedies in the description. For alerts, not for probes. Tag <c>isolated</c>.
    /// </summary>
    Isolated,

    /// <summary>
    /// Unhealthy when a broken invariant or a failed start ended the replica, or a promise about bounded counters does not hold; degraded for the findings that are left,
    /// such as objects that instances register differently. For alerts. Tag <c>faulted</c>.
    /// </summary>
    Faulted,
}
