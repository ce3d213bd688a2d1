namespace PeerReplica.DependencyInjection;

/// <summary>Keys of services that a replica looks for in the app's container.</summary>
public static class PeerReplicaKeys
{
    /// <summary>
    /// The key of the <see cref="System.TimeProvider"/> that the replica takes its time, its timers and its timeouts from; <see cref="System.TimeProvider.System"/> if there is none. A
    /// <see cref="System.TimeProvider"/> that is registered without a key is the app's own: the replica does not use it, since a clock that stands still in a test would stop replication.
    /// </summary>
    /// <example><c>services.AddKeyedSingleton&lt;TimeProvider&gt;(PeerReplicaKeys.TimeProvider, clock)</c></example>
    public const string TimeProvider = "PeerReplica.TimeProvider";
}
