using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// How reads postpone the end of a record: the sliding part of its expiration. Immutable.
/// <list type="number">
/// <item>A use postpones the end to the window and a grace of a tenth of it after the use, and never beyond <see cref="NotAfter"/>.</item>
/// <item>A use is recorded only when less than the window is left. So a record is used without being recorded for a tenth of the window at most,
/// and what is left after any use is the window at least.</item>
/// </list>
/// </summary>
/// <param name="Window">How long the record lives after a use; whole milliseconds, positive.</param>
/// <param name="NotAfter">When it ends however often it is used; <see cref="Instant.Never"/> without such a limit.</param>
internal sealed record SlidingExpiration(TimeSpan Window, Instant NotAfter)
{
    /// <summary>The grace is the window divided by this.</summary>
    private const int GraceDivisor = 10;

    /// <summary>When a record ends that is used now and then no more.</summary>
    public Instant EndAfterUse(Instant now) => Instant.Min(now + Window + (Window / GraceDivisor), NotAfter);

    /// <summary>Whether a use at <paramref name="now"/> has to be recorded, for a record that would end at <paramref name="expiresAt"/>.</summary>
    public bool IsTouchDue(Instant expiresAt, Instant now) => CanBePostponed(expiresAt) && expiresAt - now < Window;

    /// <summary>Whether a use can postpone the end any further.</summary>
    public bool CanBePostponed(Instant expiresAt) => expiresAt < NotAfter;
}
