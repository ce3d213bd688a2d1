using PeerReplica.Causality;

namespace PeerReplica.Hosting;

/// <summary>
/// The latest time that a peer's change may carry: the wall clock plus the permitted skew. A wall clock that is stepped back by more than the skew does not lower the limit, since what peers wrote by then
/// was right: from there on the limit advances with the monotonic clock until the wall clock is within the skew of it again.
/// </summary>
/// <param name="skew">How far peers' clocks may be ahead of this one.</param>
internal sealed class PeerClockLimit(TimeSpan skew)
{
    private long _wall = long.MinValue;
    private Instant _at;

    /// <summary>The limit in milliseconds since 1970, by the wall clock in the same unit and the monotonic clock.</summary>
    public long Observe(long wall, Instant now)
    {
        var expected = _wall == long.MinValue ? wall : _wall + ((now - _at).Ticks / TimeSpan.TicksPerMillisecond);
        var isSteppedBack = expected - wall > skew.Ticks / TimeSpan.TicksPerMillisecond;
        if (!isSteppedBack) (_wall, _at) = (wall, now);
        return (isSteppedBack ? expected : wall) + (skew.Ticks / TimeSpan.TicksPerMillisecond);
    }
}
