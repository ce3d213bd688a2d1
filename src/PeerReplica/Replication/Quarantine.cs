using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// The identities that are kept out for a while because they sent what cannot be valid.
/// <list type="number">
/// <item>The first offence keeps an identity out for <paramref name="first"/>, each further one twice as long as the
/// one before, up to <paramref name="longest"/>.</item>
/// <item>A fault that an honest peer may have taken from another one keeps out for <paramref name="first"/>, and does
/// not count.</item>
/// <item>Offences are forgotten an hour after the last quarantine ended.</item>
/// <item>At most <see cref="Capacity"/> identities are remembered. For one more, the identity whose quarantine ends
/// first is forgotten.</item>
/// </list>
/// </summary>
internal sealed class Quarantine(TimeSpan first, TimeSpan longest)
{
    /// <summary>
    /// Far above the peers of a cluster; it bounds what a peer that changes its identity can make this replica
    /// remember.
    /// </summary>
    public const int Capacity = 256;

    private const int MaxDoublings = 16;
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromHours(1);

    private readonly SortedList<string, QuarantinedPeer> _peers = new(StringComparer.Ordinal);

    public int Count => _peers.Count;

    /// <summary>When the next quarantine ends; never while none lasts.</summary>
    public Instant Next { get; private set; } = Instant.Never;

    public QuarantinedPeer? Find(string key) => _peers.GetValueOrDefault(key);

    /// <summary>Until when an identity is kept out; a time that has passed if it is not.</summary>
    public Instant Until(string? key) => key is not null && _peers.TryGetValue(key, out var peer) ? peer.Until : default;

    /// <summary>An identity has offended.</summary>
    /// <param name="key">The identity.</param>
    /// <param name="counts">Whether the offence is certainly its own.</param>
    /// <param name="now">The time.</param>
    public QuarantinedPeer Add(string key, bool counts, Instant now)
    {
        if (!_peers.TryGetValue(key, out var peer))
        {
            MakeRoom(now);
            _peers.Add(key, peer = new QuarantinedPeer(key));
        }

        if (now >= peer.ForgetAt) peer.Offences = 0;
        if (counts) peer.Offences++;
        var length = LengthOf(counts ? peer.Offences : 1);
        if (peer.Until <= now || now + length > peer.Until) (peer.Length, peer.Until) = (length, now + length);
        peer.ForgetAt = peer.Until + s_forgetAfter;
        peer.IsOver = false;
        Next = Instant.Min(Next, peer.Until);
        return peer;
    }

    /// <summary>Takes an identity whose quarantine is over, once.</summary>
    public bool TryTakeOver(Instant now, out QuarantinedPeer over)
    {
        over = null!;
        if (now < Next) return false;
        Next = Instant.Never;
        foreach (var peer in _peers.Values)
        {
            if (peer.IsOver) continue;
            if (now < peer.Until)
            {
                Next = Instant.Min(Next, peer.Until);
                continue;
            }

            if (over is null)
            {
                peer.IsOver = true;
                over = peer;
            }
            else
            {
                Next = Instant.Min(Next, peer.Until);
            }
        }

        return over is not null;
    }

    private TimeSpan LengthOf(int offences)
    {
        var length = first * (1L << Math.Min(offences - 1, MaxDoublings));
        return length < longest ? length : longest;
    }

    private void MakeRoom(Instant now)
    {
        if (_peers.Count < Capacity) return;
        for (var i = _peers.Count - 1; i >= 0; i--)
        {
            if (_peers.GetValueAtIndex(i) is { IsOver: true } peer && now >= peer.ForgetAt) _peers.RemoveAt(i);
        }

        if (_peers.Count < Capacity) return;
        var earliest = 0;
        for (var i = 1; i < _peers.Count; i++)
        {
            if (_peers.GetValueAtIndex(i).Until < _peers.GetValueAtIndex(earliest).Until) earliest = i;
        }

        _peers.RemoveAt(earliest);
    }
}
