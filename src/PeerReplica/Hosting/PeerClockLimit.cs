using PeerReplica.Causality;

namespace PeerReplica.Hosting;

/// <summary>
/// The latest time that a peer's change may carry: the wall clock plus the permitted skew. A wall clock that is stepped back by more than the skew does not lower the limit, since what peers wrote by then
/// was right: from there on the limit advances with the monotonic clock until the wall clock is within the skew of it again.
/// </summary>
/// <param name="skew">How far peers' clocks may be ahead of this one.</param>
internal sealed class PeerClockLimit(TimeSpan skew)
{
    /// <summary>
    /// The part of the skew by which peers' timestamps may put this replica's own ones ahead of its clock. The rest is left
    /// for the difference between the clocks of two replicas that both follow a third one: neither refuses the other's
    /// changes while their clocks differ by less than three quarters of the skew.
    /// </summary>
    private const int FollowedPart = 4;

    private readonly long _skew = skew.Ticks / TimeSpan.TicksPerMillisecond;
    private long _wall = long.MinValue;
    private Instant _at;

    /// <summary>The limit in milliseconds since 1970, by the wall clock in the same unit and the monotonic clock.</summary>
    public long Observe(long wall, Instant now)
    {
        var expected = _wall == long.MinValue ? wall : _wall + ((now - _at).Ticks / TimeSpan.TicksPerMillisecond);
        var isSteppedBack = expected - wall > _skew;
        if (!isSteppedBack) (_wall, _at) = (wall, now);
        return (isSteppedBack ? expected : wall) + _skew;
    }

    /// <summary>
    /// Up to where a peer's timestamp raises this replica's own ones, in the unit of <paramref name="limit"/>, which
    /// <see cref="Observe"/> gave.
    /// </summary>
    public long Followed(long limit) => limit - _skew + (_skew / FollowedPart);
}
