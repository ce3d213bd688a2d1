using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Identities that the transport has authenticated.
/// <list type="number">
/// <item>A peer claims the node name that its identity names.</item>
/// <item>A replica id belongs to the identity that had the first link with it, for as long as that link lasts or the replica is a member. Another identity that claims the id is refused,
/// and the link stays.</item>
/// <item>A link whose time runs out is renewed by the side that dialed it: it opens another one, which takes the first one's place. One link at a time.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    /// <summary>After so long an attempt to renew a link is repeated.</summary>
    private static readonly TimeSpan s_renewAgain = TimeSpan.FromSeconds(1);

    private (long DialId, Link Old, Instant Until)? _renewal;

    /// <summary>What is trusted has changed: a link must end sooner than it was thought.</summary>
    /// <param name="id">The link.</param>
    /// <param name="within">In which time it must have ended.</param>
    /// <param name="now">The time.</param>
    public void LinkExpires(long id, TimeSpan within, Instant now)
    {
        _now = now;
        if (!_links.TryGetValue(id, out var link)) return;
        link.RenewAt = now;
        link.EndsAt = Instant.Min(link.EndsAt, now + within);
    }

    /// <summary>Why the identity of a link does not permit what its hello claims; null when it does.</summary>
    private string? WhyNotPermitted(Link link, Hello hello)
    {
        if (link.Identity is not { } identity) return null;
        if (!identity.Permits(hello.NodeName)) return $"it calls itself '{hello.NodeName}', and its certificate names '{identity.NodeName}'";
        foreach (var other in _links.InOrder())
        {
            if (other.IsOpen && other.Peer!.Id == hello.Id && other.Identity is { } linked && linked.Name != identity.Name) return ClaimedBy(hello.Id);
        }

        return _memberTable.TryGetValue(hello.Id, out var member) && member.Identity is { } known && known != identity.Name ? ClaimedBy(hello.Id) : null;
    }

    private static string ClaimedBy(ReplicaId id) => $"it claims the replica id {id}, which belongs to another identity";

    private void TendRenewals()
    {
        if (_renewal is { } renewal && _now >= renewal.Until) _renewal = null;
        foreach (var link in _links.InOrder())
        {
            if ((!link.IsOpen && !link.IsRetired) || link.EndsAt == Instant.Never) continue;
            if (_now >= link.EndsAt)
            {
                if (link.IsRetired) EndRetired(link);
                else Close(link, LinkVerdict.Expired, null);
                continue;
            }

            WakeAt(link.EndsAt);
            if (link.IsRetired || link.DialedAddress is null || _isLeaving) continue;
            if (_renewal is { } underWay) WakeAt(underWay.Until);
            else if (_now >= link.RenewAt) Renew(link);
            else WakeAt(link.RenewAt);
        }
    }

    private void Renew(Link link)
    {
        // Far above a handshake; a transport that never answers does not keep the other links from being renewed.
        _renewal = (++_lastDialId, link, _now + _options.PeerTimeout);
        link.RenewAt = _now + s_renewAgain;
        WakeAt(_renewal.Value.Until);
        Outputs.Dial(_lastDialId, link.DialedAddress!);
    }

    /// <summary>The connection of a renewal is open: once its hello is right it takes the old link's place.</summary>
    private void RenewalOpened(long dialId, Link link)
    {
        if (_renewal is not { } renewal || renewal.DialId != dialId) return;
        link.DialedAddress = renewal.Old.DialedAddress;
        link.Renews = renewal.Old.Id;
    }

    private void RenewalFailed(long dialId)
    {
        if (_renewal is { } renewal && renewal.DialId == dialId) _renewal = null;
    }

    /// <summary>
    /// The peer has replaced a link that it dialed. Here the new one is open; at the peer it may not be yet, so the peer closes the old one. Should it not, that is done here after a while.
    /// </summary>
    private void Retire(Link link)
    {
        Detach(link);
        link.IsRetired = true;
        link.EndsAt = _now + _options.HeartbeatInterval;
    }

    private void EndRetired(Link link)
    {
        link.IsRetired = false;
        Outputs.Close(link, LinkVerdict.Duplicate, null);
        _closed.Add(link.Id);
    }

    /// <summary>The addresses that the old link was dialed at are the new one's.</summary>
    private void CompleteRenewal(Link link)
    {
        if (link.Renews == 0) return;
        foreach (var target in _targets)
        {
            if (target.LinkId == link.Renews) target.LinkId = link.Id;
        }

        _renewal = null;
    }
}
