namespace PeerReplica.Causality;

/// <summary>
/// Gives each origin a small local number, so that dots and vectors cost a few bytes in memory.
/// <list type="number">
/// <item>Index 0 is this replica.</item>
/// <item>An index, once given, names the same origin for the table's life.</item>
/// </list>
/// Indices are local: they never travel.
/// </summary>
internal sealed class OriginTable
{
    public const int Self = 0;

    /// <summary>
    /// The most origins that are taken from peers. Each start of a replica is one: 50 instances that are deployed twice a day reach it in three years of one
    /// process. What is beyond is somebody who makes them up.
    /// </summary>
    public const int MaxCount = 100_000;

    /// <summary>The most that are taken from peers other than themselves. The rest is for replicas that connect here.</summary>
    public const int MaxFromOthers = 90_000;

    private readonly Dictionary<ReplicaId, int> _indices = [];
    private readonly List<ReplicaId> _ids = [];

    public OriginTable(ReplicaId self) => IndexOf(self);

    public int Count => _ids.Count;

    public ReplicaId this[int index] => _ids[index];

    public int IndexOf(ReplicaId id)
    {
        if (_indices.TryGetValue(id, out var index)) return index;
        index = _ids.Count;
        _ids.Add(id);
        _indices.Add(id, index);
        return index;
    }

    public bool TryGetIndex(ReplicaId id, out int index) => _indices.TryGetValue(id, out index);
}
