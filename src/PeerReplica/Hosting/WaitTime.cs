namespace PeerReplica.Hosting;

/// <summary>How long an app may ask to wait: any time from 0 on, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
internal static class WaitTime
{
    /// <summary>Timers of the framework count no further than 49 days.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(40);

    /// <summary>Refuses a negative time. Called before anything is written.</summary>
    public static void ThrowIfInvalid(TimeSpan time, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(time))] string? name = null)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, time, "A time to wait is 0 or more, or Timeout.InfiniteTimeSpan.");
    }

    /// <summary>
    /// The time as a timer takes it. Timers count whole milliseconds and drop the rest: rounded up, so that what is left of it is over when it fires. What no timer can count is infinite.
    /// </summary>
    public static TimeSpan Of(TimeSpan time) => time < TimeSpan.Zero || time > s_longest
        ? Timeout.InfiniteTimeSpan
        : new TimeSpan((time.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond);

    /// <summary>What is left of a time that began a while ago; not below 0.</summary>
    public static TimeSpan Left(TimeSpan time, TimeSpan passed)
    {
        if (Of(time) == Timeout.InfiniteTimeSpan) return Timeout.InfiniteTimeSpan;
        return time > passed ? time - passed : TimeSpan.Zero;
    }

    public static string Text(TimeSpan time) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
