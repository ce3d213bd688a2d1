using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>For one link: since when the peer has been missing changes of each origin without making progress.</summary>
internal sealed class RelayLag
{
    private readonly Dictionary<int, (Instant Since, ulong Known)> _lagging = [];

    /// <summary>Notes what the peer is known to contain of an origin that we have more of; returns since when it has stood still there.</summary>
    public Instant Observe(int origin, ulong known, Instant now)
    {
        if (_lagging.TryGetValue(origin, out var lag) && lag.Known == known) return lag.Since;
        _lagging[origin] = (now, known);
        return now;
    }

    /// <summary>Drops the origins of which the peer contains everything. Costs a step for each that lagged.</summary>
    public void DropCaughtUp(VersionVector contained, VersionVector known)
    {
        foreach (var origin in _lagging.Keys)
        {
            if (contained[origin] <= known[origin]) _lagging.Remove(origin);
        }
    }
}
