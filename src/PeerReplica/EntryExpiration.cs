namespace PeerReplica;

/// <summary>
/// When an entry of a map disappears: a fixed time after it was written, a time after it was last used, or whichever comes first.
/// Durations are counted on each replica's monotonic clock; see <see cref="IReplicatedMap{TKey, TValue}"/> for what counts as a use.
/// </summary>
/// <remarks>
/// Of both properties <see langword="null"/> takes the map's default (<see cref="MapOptions"/>), <see cref="Timeout.InfiniteTimeSpan"/>, or a
/// century or more, means without end, and any other value must be positive.
/// </remarks>
public readonly record struct EntryExpiration
{
    /// <summary>After how long the entry disappears, counted from the write, however often it is used.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// After how long without a use the entry disappears; rounded up to whole milliseconds. It stays for at least that long after its last use, and
    /// for a tenth longer at most, plus the time that the use needs to reach the other replicas. It never outlives <see cref="TimeToLive"/>.
    /// </summary>
    public TimeSpan? Sliding { get; init; }
}
