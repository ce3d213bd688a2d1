using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// How many origins each identity may make known to this replica.
/// <list type="number">
/// <item>An identity may bring <see cref="Burst"/> origins at once, <see cref="PerMinute"/> for each minute after
/// that, and <see cref="InAll"/> while it is remembered.</item>
/// <item>An origin counts for the identity that it came from first, whoever made it up: nothing here tells a relay
/// from an author. So going over the quota is no offence.</item>
/// <item>At most <see cref="Capacity"/> identities are remembered. For one more, the one that brought the fewest is
/// forgotten.</item>
/// </list>
/// </summary>
internal sealed class OriginQuota
{
    /// <summary>
    /// Each start of a replica is an origin: what a partition of 50 instances brings that restarted 80 times each.
    /// </summary>
    public const int Burst = 4_096;

    public const int PerMinute = 256;

    /// <summary>A fifth of <see cref="OriginTable.MaxCount"/>: one identity cannot fill the table.</summary>
    public const int InAll = 20_000;

    /// <summary>Far above the peers of a cluster.</summary>
    public const int Capacity = 1_024;

    private static readonly long s_ticksEach = TimeSpan.TicksPerMinute / PerMinute;
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    /// <summary>How many origins an identity may bring now.</summary>
    public int RoomFor(string identity, Instant now)
    {
        if (!_accounts.TryGetValue(identity, out var account)) return Burst;
        account.Refill(now);
        return Math.Max(0, Math.Min(Burst - account.Used, InAll - account.Brought));
    }

    /// <summary>An identity has brought origins.</summary>
    public void Charge(string identity, int count, Instant now)
    {
        if (!_accounts.TryGetValue(identity, out var account))
        {
            if (_accounts.Count >= Capacity) _accounts.Remove(_accounts.MinBy(a => a.Value.Brought).Key);
            _accounts.Add(identity, account = new Account { At = now });
        }

        account.Refill(now);
        account.Used += count;
        account.Brought += count;
    }

    private sealed class Account
    {
        public Instant At;

        /// <summary>How much of the burst is used up.</summary>
        public int Used;

        public int Brought;

        public void Refill(Instant now)
        {
            if (now <= At) return;
            var refilled = (now.Ticks - At.Ticks) / s_ticksEach;
            if (refilled >= Used) (Used, At) = (0, now);
            else (Used, At) = (Used - (int)refilled, new Instant(At.Ticks + (refilled * s_ticksEach)));
        }
    }
}
