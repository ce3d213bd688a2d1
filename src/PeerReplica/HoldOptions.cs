namespace PeerReplica;

/// <summary>How long a hold lasts, and how long its caller waits for it.</summary>
public readonly record struct HoldOptions
{
    /// <summary>After how long the units or the item are free again, unless the hold is confirmed before: 1 ms to 7 days.</summary>
    public required TimeSpan TimeToLive { get; init; }

    /// <summary>
    /// How long to wait at most for the rights or for the owner's answer, also for the start of this replica: 0 or more, or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Refuses times out of range. Called before anything is asked or taken.</summary>
    internal void ThrowIfInvalid()
    {
        ThrowIfInvalidTimeToLive(TimeToLive, nameof(TimeToLive));
        Hosting.WaitTime.ThrowIfInvalid(Timeout, nameof(Timeout));
    }

    internal static void ThrowIfInvalidTimeToLive(TimeSpan timeToLive, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive, TimeSpan.FromMilliseconds(1), name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeToLive, TimeSpan.FromDays(7), name);
    }
}
