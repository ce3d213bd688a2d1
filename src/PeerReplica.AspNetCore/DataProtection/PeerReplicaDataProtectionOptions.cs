namespace PeerReplica.AspNetCore.DataProtection;

/// <summary>How data protection keys are kept in the replica.</summary>
public sealed class PeerReplicaDataProtectionOptions
{
    /// <summary>
    /// How long reading the keys waits for the first synchronization before it throws, how long a new key waits for the cluster's permission, and how long storing a key
    /// waits until all members hold it. 1 ms to 10 min. Default 5 s. The app's start may be delayed by up to three times as much while the cluster
    /// cannot decide.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
