using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// How many objects are kept that the app has not registered: those of newer versions of the app, and whatever a peer makes up.
/// <list type="number">
/// <item>An object counts for the origin whose change it came with, so that what one makes up takes no room from another.</item>
/// <item>Objects are kept for the replica's life; so no count falls.</item>
/// </list>
/// </summary>
internal sealed class UnregisteredObjects
{
    /// <summary>The most that one origin may bring. An app has some tens.</summary>
    public const int MaxOfOrigin = 1024;

    /// <summary>The most of all origins.</summary>
    public const int Max = 65_536;

    private readonly Dictionary<ReplicaId, int> _counts = [];

    /// <summary>Those of the transfer that is being judged, and how many each origin brings.</summary>
    private readonly HashSet<ObjectIdentity> _found = [];
    private readonly Dictionary<ReplicaId, int> _foundOf = [];

    public int Count { get; private set; }

    public void BeginTransfer()
    {
        if (_found.Count == 0) return;
        _found.Clear();
        _foundOf.Clear();
    }

    /// <summary>Whether an origin may bring an object that is not here.</summary>
    public bool Admits(ObjectIdentity identity, ReplicaId origin)
    {
        if (_found.Contains(identity)) return true;
        var ofOrigin = _foundOf.GetValueOrDefault(origin) + 1;
        if (_counts.GetValueOrDefault(origin) + ofOrigin > MaxOfOrigin || Count + _found.Count >= Max) return false;
        _found.Add(identity);
        _foundOf[origin] = ofOrigin;
        return true;
    }

    /// <summary>An object came with a change of an origin.</summary>
    public void Add(ReplicaId origin)
    {
        Count++;
        _counts[origin] = _counts.GetValueOrDefault(origin) + 1;
    }
}
