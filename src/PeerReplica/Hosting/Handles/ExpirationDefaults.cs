using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

/// <summary>What writes to a map take for their expiration where they do not say themselves. Immutable.</summary>
/// <param name="TimeToLive">After a write; <see langword="null"/>: for ever.</param>
/// <param name="Sliding">After a use; <see langword="null"/>: uses do not matter.</param>
internal sealed record ExpirationDefaults(TimeSpan? TimeToLive, TimeSpan? Sliding)
{
    /// <summary>Peers take a longer time to live for damage (<see cref="Replication.TransferLimits.MaxRemainingMilliseconds"/>); this leaves them some room.</summary>
    private static readonly TimeSpan s_forEver = TimeSpan.FromDays(100 * 365);

    /// <summary>Whether nothing ends that does not say so itself.</summary>
    public bool IsNone { get; } = Finite(TimeToLive) is null && Finite(Sliding) is null;

    /// <summary>Whether a duration is one that an entry can live for.</summary>
    public static bool IsValid(TimeSpan? duration) => duration is null || duration > TimeSpan.Zero || duration == Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Adds the end to a write: as <paramref name="expiration"/> says, or else as the map does. Without an end the clock is
    /// not read: that takes about as long as all the rest of a write.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A duration is neither positive nor infinite; names <paramref name="parameter"/>.</exception>
    public LocalWrite<TValue> AddTo<TValue>(in LocalWrite<TValue> write, in EntryExpiration expiration, ILocalState localState, string parameter)
    {
        if (!IsValid(expiration.TimeToLive))
            throw new ArgumentOutOfRangeException(parameter, expiration.TimeToLive, "A time to live must be positive, or Timeout.InfiniteTimeSpan.");
        if (!IsValid(expiration.Sliding))
            throw new ArgumentOutOfRangeException(parameter, expiration.Sliding, "A sliding expiration must be positive, or Timeout.InfiniteTimeSpan.");
        var (lives, idles) = (Finite(expiration.TimeToLive ?? TimeToLive), Finite(expiration.Sliding ?? Sliding));
        if (lives is null && idles is null) return write;
        var now = localState.Now;
        var last = lives is null ? Instant.Never : now + lives.Value;
        if (idles is not { } window) return write with { ExpiresAt = last };
        var sliding = new SlidingExpiration(TimeSpan.FromMilliseconds(Math.Ceiling(window.TotalMilliseconds)), last);
        return write with { ExpiresAt = sliding.EndAfterUse(now), Sliding = sliding };
    }

    private static TimeSpan? Finite(TimeSpan? duration) => duration > TimeSpan.Zero && duration < s_forEver ? duration : null;
}
