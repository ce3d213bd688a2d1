using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Changes that are refused while the others of the same link are applied: reported once, and asked for again at longer and longer intervals.</summary>
internal sealed partial class ReplicaCore
{
    private const string TooLargeThere = "it refused: a key or value of this replica is over its limit; set equal limits in the whole cluster";

    private void NoteHeldBack(Link link)
    {
        var heldBack = link.Reader.HeldBack;
        if (heldBack.IsEmpty) return;
        if (heldBack.RetryAt == Instant.Never) heldBack.Postpone(_now);

        // The sender contains what it sent, also where it is refused here.
        foreach (var (id, to) in Store.Claimed)
        {
            if (!heldBack.TryGet(id, out var held)) continue;
            if (held == DeltaVerdict.TooManyOrigins) NoteOriginsHeldBack(link);
            if (!Store.Origins.TryGetIndex(id, out var origin)) continue;
            link.Known.Raise(origin, to);
            link.Sent.Raise(origin, to);
        }

        var isOfPeer = false;
        while (heldBack.TryTakeNews(out var id, out var verdict))
        {
            Counters.HeldBack++;
            isOfPeer |= id == link.Peer!.Id;
            var name = _memberTable.TryGetValue(id, out var member) ? member.NodeName : id == link.Peer!.Id ? link.Peer.NodeName : id.ToString();
            var (ofLink, reason) = verdict switch
            {
                DeltaVerdict.ClockSkew => (LinkVerdict.ClockSkew, $"changes of '{name}' carry a time too far ahead of this " +
                    "replica's clock; they are taken once their time is within MaxClockSkew. Check both clocks"),
                DeltaVerdict.TooManyObjects => (LinkVerdict.OverQuota, $"'{name}' uses more than " +
                    $"{UnregisteredObjects.MaxOfOrigin:N0} objects that are not registered here, or all replicas more than " +
                    $"{UnregisteredObjects.Max:N0}; its changes are refused. Register the objects, or look into that instance"),
                _ => (LinkVerdict.TooLarge, $"a key or value of '{name}' is over this replica's limit; its changes are refused " +
                    "until the limit is raised. Set equal limits in the whole cluster"),
            };
            Outputs.HeldBack(link, ofLink, reason);
        }

        if (isOfPeer) SendStatus(link, restart: false);
    }

    /// <summary>Tells a peer that its own changes are held back, so that its operator hears of it too.</summary>
    private static StatusFlags HeldBackFlag(Link link)
    {
        if (link.Peer is not { } peer || !link.Reader.HeldBack.TryGet(peer.Id, out var verdict)) return StatusFlags.None;
        return verdict switch
        {
            DeltaVerdict.ClockSkew => StatusFlags.HoldsBackForTime,
            DeltaVerdict.TooLarge => StatusFlags.HoldsBackForSize,
            _ => StatusFlags.None,
        };
    }

    /// <summary>A peer holds back changes of this replica.</summary>
    private void OnHeldBackThere(Link link, StatusFlags flags)
    {
        if ((flags & StatusFlags.HoldsBackForTime) != 0) Outputs.HeldBack(link, LinkVerdict.ByPeer, ClockSkewThere);
        else if ((flags & StatusFlags.HoldsBackForSize) != 0) Outputs.HeldBack(link, LinkVerdict.ByPeer, TooLargeThere);
    }

    /// <summary>Asks the sender to offer again what is held back, when it is time.</summary>
    private void RetryHeldBack(Link link)
    {
        var heldBack = link.Reader.HeldBack;
        if (_now < heldBack.RetryAt) return;

        // What was held back before the origin was known here has not been noted as the peer's, so it must be offered again.
        var isRestartDue = false;
        foreach (var id in heldBack.Origins.ToArray())
        {
            if (!Store.Origins.TryGetIndex(id, out var origin)) continue;
            if (Store.Vector[origin] >= link.Known[origin]) heldBack.Release(id);
            isRestartDue |= link.Known[origin] == 0;
        }

        if (heldBack.IsEmpty && !isRestartDue) return;
        ReportUnshown(link);
        heldBack.Postpone(_now);
        AskToRestart(link);
    }

    /// <summary>Whether this replica contains a vector but for what is held back on an open link.</summary>
    private bool ContainsWhatIsTaken(VersionVector vector)
    {
        if (Store.Vector.Dominates(vector)) return true;
        for (var origin = 0; origin < vector.Length; origin++)
        {
            if (vector[origin] > Store.Vector[origin] && !IsHeldBack(Store.Origins[origin])) return false;
        }

        return true;
    }

    private bool IsHeldBack(ReplicaId origin)
    {
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && link.Reader.HeldBack.Contains(origin)) return true;
        }

        return false;
    }
}
