using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// Origins that peers bring: as many as their identities may, and with a share of the table that is left for replicas
/// that connect themselves. What is beyond is held back, or passed over, and the link stays: an honest peer passes on
/// what another one made up.
/// </summary>
internal sealed partial class ReplicaCore
{
    private readonly OriginQuota _originQuota = new();
    private readonly HashSet<string> _overOriginQuota = new(StringComparer.Ordinal);

    /// <summary>How many origins were known before the frame that is handled, and how many its sender may add.</summary>
    private (int Known, int Room) _originsOfFrame;

    private void BeginOrigins() => _originsOfFrame = (Store.Origins.Count, -1);

    /// <summary>Charges what the frame that was handled has added.</summary>
    private void EndOrigins(Link link)
    {
        var added = Store.Origins.Count - _originsOfFrame.Known;
        if (added > 0 && IsSynced && link.PeerKey is { } key) _originQuota.Charge(key, added, _now);
    }

    /// <summary>
    /// How many origins the peer may still add with the frame that is handled. Until the first synchronization is over, as
    /// many as there is room for: whoever holds the state holds all its origins.
    /// </summary>
    private int RoomForOrigins(Link link)
    {
        if (_originsOfFrame.Room < 0)
        {
            var room = IsSynced && link.PeerKey is { } key ? _originQuota.RoomFor(key, _now) : OriginTable.MaxCount;
            _originsOfFrame.Room = Math.Min(room, OriginTable.MaxFromOthers - _originsOfFrame.Known);
        }

        return Math.Max(0, _originsOfFrame.Room - (Store.Origins.Count - _originsOfFrame.Known));
    }

    /// <summary>The index of an origin that a peer speaks of; false where it is new and the peer has brought too many.</summary>
    private bool TryIndex(Link link, ReplicaId id, out int origin)
    {
        if (Store.Origins.TryGetIndex(id, out origin)) return true;
        if (RoomForOrigins(link) == 0)
        {
            NoteOriginsHeldBack(link);
            return false;
        }

        origin = Store.Origins.IndexOf(id);
        return true;
    }

    /// <summary>Whether there is room for a peer's own id.</summary>
    private bool AdmitsItself(Link link, ReplicaId id)
    {
        if (Store.Origins.TryGetIndex(id, out _)) return true;
        return Store.Origins.Count < OriginTable.MaxCount && (!IsSynced || _originQuota.RoomFor(link.PeerKey!, _now) > 0);
    }

    /// <summary>Says once for each identity that it brings more origins than it may.</summary>
    private void NoteOriginsHeldBack(Link link)
    {
        Counters.OriginsHeldBack++;
        if (link.PeerKey is not { } key || _overOriginQuota.Count >= OriginQuota.Capacity || !_overOriginQuota.Add(key)) return;
        Outputs.Add(CoreOutputKind.LimitReached, $"'{link.Peer?.NodeName}' ({key}) passes on changes of more replicas " +
            $"than one peer may make known: {OriginQuota.Burst:N0} at once, {OriginQuota.PerMinute:N0} a minute after " +
            $"that, {OriginQuota.InAll:N0} in all, and {OriginTable.MaxFromOthers:N0} of all peers. The others are held " +
            "back for now; look for an instance that makes up replicas");
    }
}
