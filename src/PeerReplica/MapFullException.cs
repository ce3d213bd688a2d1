namespace PeerReplica;

/// <summary>
/// A write would have taken a map beyond its limit. Nothing was written. Remove entries, give them a time to live, raise the limit at every instance, or
/// let the map evict entries (<see cref="MapOptions.Eviction"/>).
/// </summary>
public sealed class MapFullException : PeerReplicaException
{
    internal MapFullException(string objectName, string option, long limit, string message)
        : base(message) => (ObjectName, Option, Limit) = (objectName, option, limit);

    /// <summary>The map's name.</summary>
    public string ObjectName { get; }

    /// <summary>The option that limits it: <see cref="MapOptions.MaxEntries"/> or <see cref="MapOptions.MaxBytes"/>.</summary>
    public string Option { get; }

    /// <summary>The limit's value, in entries or bytes.</summary>
    public long Limit { get; }
}
