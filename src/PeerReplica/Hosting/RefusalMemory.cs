using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>
/// Which refused links were warned of, so that a peer that dials for ever does not fill the log. By host and verdict: the text may be the peer's choice. Under the replica's gate.
/// </summary>
internal sealed class RefusalMemory
{
    /// <summary>Far above the hosts of a cluster; past it nothing is news until the hour is over, which bounds what peers that make up addresses can log.</summary>
    private const int Capacity = 256;

    private static readonly TimeSpan s_newsAgainAfter = TimeSpan.FromHours(1);

    private readonly Dictionary<(string Host, LinkVerdict Verdict), Instant> _said = [];
    private Instant _nextRoom;

    /// <summary>Whether this was not said of this host within the last hour. Ports are left out: a caller has another one each time.</summary>
    public bool IsNews(string address, LinkVerdict verdict, Instant now)
    {
        var host = Addresses.TryParse(address, out var name, out _) ? name : address;
        if (_said.TryGetValue((host, verdict), out var at) && now < at + s_newsAgainAfter) return false;
        if (_said.Count >= Capacity && !MakeRoom(now)) return false;
        _said[(host, verdict)] = now;
        return true;
    }

    private bool MakeRoom(Instant now)
    {
        if (now < _nextRoom) return false;
        _nextRoom = Instant.Never;
        foreach (var (key, at) in _said.ToArray())
        {
            if (now >= at + s_newsAgainAfter) _said.Remove(key);
            else _nextRoom = Instant.Min(_nextRoom, at + s_newsAgainAfter);
        }

        return _said.Count < Capacity;
    }
}
