namespace PeerReplica.AspNetCore.Sessions;

/// <summary>How much the session store holds.</summary>
public sealed class PeerReplicaSessionOptions
{
    /// <summary>
    /// The most bytes of all sessions; at least 1. Every instance holds all of them, and about 520 bytes more for each session. Beyond that the sessions that were used longest
    /// ago are evicted everywhere. Default 256 MiB. The same at every instance.
    /// </summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>The most sessions; at least 1. Default: no limit but <see cref="MaxBytes"/>.</summary>
    public long? MaxSessions { get; set; }
}
