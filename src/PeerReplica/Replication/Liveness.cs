using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// When each replica that has a say or an account in the escrow was last heard of, by this replica's own evidence: a link, a peer that is linked with it, or a record of
/// its that had not been here. It does not depend on the list of members, from which any replica may remove another.
/// <list type="number">
/// <item>A replica is overdue when nothing was heard of it for the whole patience, counted from the first time that it was known here.</item>
/// <item>Looking for overdue replicas costs a pass over all that are followed, at most once for each time that one can have become overdue.</item>
/// </list>
/// </summary>
internal sealed class Liveness(ReplicaId self, TimeSpan patience)
{
    private readonly SortedList<ReplicaId, Instant> _heard = [];

    /// <summary>When the next replica can be overdue.</summary>
    public Instant Next { get; private set; } = Instant.Never;

    /// <summary>Follows these replicas and no others, this replica never. What was heard of those followed before is kept.</summary>
    public void Follow(IReadOnlySet<ReplicaId> replicas, Instant now)
    {
        for (var i = _heard.Count - 1; i >= 0; i--)
        {
            if (!replicas.Contains(_heard.GetKeyAtIndex(i))) _heard.RemoveAt(i);
        }

        foreach (var id in replicas)
        {
            if (id != self && _heard.TryAdd(id, now)) Next = Instant.Min(Next, now + patience);
        }
    }

    /// <summary>Something was heard of a replica.</summary>
    public void Heard(ReplicaId replica, Instant now)
    {
        var index = _heard.IndexOfKey(replica);
        if (index >= 0) _heard.SetValueAtIndex(index, now);
    }

    /// <summary>The replicas that are overdue.</summary>
    /// <param name="isLinked">Whether a replica is linked with this one.</param>
    /// <param name="now">The time.</param>
    public List<ReplicaId> Overdue(Func<ReplicaId, bool> isLinked, Instant now)
    {
        var overdue = new List<ReplicaId>();
        if (now < Next) return overdue;
        Next = Instant.Never;
        for (var i = 0; i < _heard.Count; i++)
        {
            var id = _heard.GetKeyAtIndex(i);
            if (isLinked(id)) _heard.SetValueAtIndex(i, now);
            var due = _heard.GetValueAtIndex(i) + patience;
            if (due <= now) overdue.Add(id);
            else Next = Instant.Min(Next, due);
        }

        return overdue;
    }
}
