namespace PeerReplica.Causality;

/// <summary>
/// A moment on the host's monotonic clock, in ticks of 100 ns since an arbitrary start. It orders and measures; it says nothing about the
/// time of day, and does not convert to a <see cref="HybridTimestamp"/>.
/// </summary>
internal readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    public static Instant Never => new(long.MaxValue);

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    public static Instant Min(Instant a, Instant b) => a.Ticks <= b.Ticks ? a : b;

    public static Instant Max(Instant a, Instant b) => a.Ticks >= b.Ticks ? a : b;

    /// <summary>The instant so much later, or earlier where the span is negative; <see cref="Never"/> where it would be beyond the last one.</summary>
    public static Instant operator +(Instant at, TimeSpan by) =>
        by.Ticks > 0 && at.Ticks > long.MaxValue - by.Ticks ? Never : new(at.Ticks + by.Ticks);

    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;
}
