using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// What an origin's own link shows bounds what others may say of it.
/// <list type="number">
/// <item>While an origin has an open link with this replica, and the transport has authenticated it, another peer's changes of that origin
/// are taken up to the sequence that the origin itself has shown there, and none of its protected records
/// (<see cref="Ownership.IsProtected"/>). What is beyond is held back on the other peer's link until the origin shows it, or sends it. The
/// peer's other changes are applied, and it is not punished: an honest relay can be faster than the origin.</item>
/// <item>That a replica has ended counts while it is linked only if it says so itself, or a later run under the same identity does, or an operator's replica
/// (<see cref="CoreOptions.IsOperator"/>).</item>
/// <item>A replica is named a voter only by one that is linked with it, one replica for each identity.</item>
/// <item>A replica that is not synchronized takes what the peer that it joins by sends; so does one that lacks what
/// several peers have collected with the full state of one of them.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    /// <summary>Whether the transport tells peers apart.</summary>
    private bool _isAuthenticated;

    /// <summary>Whether what is judged is a full state that is taken as it is.</summary>
    private bool _isAway;

    /// <summary>What the origin's own link shows; null where there is none that the transport has authenticated and that has said what it contains.</summary>
    private ulong? ShownByOrigin(ReplicaId origin, bool isStrict)
    {
        if (!IsSynced || (_isAway && !isStrict)) return null;
        if (origin == Self) return Store.Vector[OriginTable.Self];
        foreach (var link in _links.InOrder())
        {
            if (!link.IsOpen || link.Identity is null || !link.StatusReceived || link.Peer!.Id != origin) continue;
            return link.Shown;
        }

        return null;
    }

    /// <summary>
    /// Whether more than one peer has collected what this replica lacks: then no origin can send it changes, it needs a full state
    /// of somebody, and not one peer alone says so.
    /// </summary>
    private bool IsBelowSeveralFloors()
    {
        var count = 0;
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.StatusReceived && !ReachesFloorOf(link)) count++;
        }

        return count > 1;
    }

    /// <summary>A transfer shows how many changes its sender made, also where it cannot be applied.</summary>
    private void NoteShown(Link link)
    {
        if (Store.Claimed.TryGetValue(link.Peer!.Id, out var to)) link.Shown = Math.Max(link.Shown, to);
    }

    /// <summary>Says once of each origin that a peer goes on with changes of it that the origin itself does not show.</summary>
    private void ReportUnshown(Link link)
    {
        foreach (var (origin, verdict) in link.Reader.HeldBack.TakeUnshown())
        {
            Counters.HeldBack++;
            if (verdict == DeltaVerdict.Unproven) ReportUnproven(link, origin);
            else Outputs.HeldBack(link, LinkVerdict.Malformed, $"it passes on changes of '{NameOf(origin)}' that this replica, which is linked with " +
                $"'{NameOf(origin)}', has not made. They are ignored; look into the peer and those that it is linked with");
        }
    }

    /// <summary>
    /// Whether a peer's word that a replica has ended counts: not while that replica is linked here under an identity, or was heard of
    /// within <see cref="CoreOptions.PeerTimeout"/>, unless the word is a later run's under the same identity, or an operator's. This replica knows best of itself.
    /// </summary>
    private bool AdmitsEnd(ReplicaId by, ReplicaId ended)
    {
        if (by == Self) return true;
        if (ended == Self) return !_isAuthenticated;
        if (IsKnownOperator(by)) return true;
        var speaker = IdentityOf(by);
        if (OpenLinkWith(ended)?.Identity is { } identity) return speaker == identity.Name;

        // A link may be gone for a moment.
        return !_memberTable.TryGetValue(ended, out var member) || member.Identity is not { } known || speaker == known || !IsPresent(member, _now);
    }

    /// <summary>The linked replicas, of each identity the one that was linked last; null where no peer is authenticated.</summary>
    public HashSet<ReplicaId>? OnePerIdentity()
    {
        SortedDictionary<string, Link>? latest = null;
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.Identity is { } identity) (latest ??= new(StringComparer.Ordinal))[identity.Name] = link;
        }

        return latest is null ? null : [.. latest.Values.Select(l => l.Peer!.Id)];
    }

    private Link? OpenLinkWith(ReplicaId id)
    {
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.Peer!.Id == id) return link;
        }

        return null;
    }

    private string? IdentityOf(ReplicaId id)
    {
        if (OpenLinkWith(id) is { } link) return link.Identity?.Name;
        return _memberTable.TryGetValue(id, out var member) ? member.Identity : null;
    }

    private string NameOf(ReplicaId id) => _memberTable.TryGetValue(id, out var member) ? member.NodeName : id.ToString();
}
