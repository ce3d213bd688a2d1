using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using PeerReplica.Causality;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting;

/// <summary>
/// When to look at which entry again. A refreshed entry keeps its node: the node fires at the old time, and the entry then says when to look again. Not thread-safe.
/// <list type="number">
/// <item>Each entry has at most one time: the earliest that was asked for since it was last taken.</item>
/// <item>The heap holds at most twice as many nodes as there are entries, and a constant.</item>
/// <item>Adding, removing and taking cost O(log n) amortized, n being the number of entries. Memory shrinks with n.</item>
/// </list>
/// </summary>
internal sealed class ExpirySchedule
{
    private const int Slack = 64;

    private readonly Dictionary<IExpiring, long> _times = [];
    private readonly PriorityQueue<IExpiring, long> _heap = new();

    /// <summary>The number of entries that are scheduled.</summary>
    public int Count => _times.Count;

    /// <summary>The number of heap nodes, those of entries that were removed or are due earlier included.</summary>
    public int Nodes => _heap.Count;

    /// <summary>The earliest time; <see cref="Instant.Never"/> when nothing is scheduled.</summary>
    public Instant Next => TryPeek(out var at) ? at : Instant.Never;

    /// <summary>Asks for an entry to be taken at a time, or earlier if it is scheduled earlier.</summary>
    public void Add(IExpiring entry, Instant at)
    {
        ref var time = ref CollectionsMarshal.GetValueRefOrAddDefault(_times, entry, out var isKnown);
        if (isKnown && time <= at.Ticks) return;
        time = at.Ticks;
        _heap.Enqueue(entry, at.Ticks);
        TrimIfSparse();
    }

    /// <summary>Removes an entry, if it is scheduled.</summary>
    public void Remove(IExpiring entry)
    {
        if (_times.Remove(entry)) TrimIfSparse();
    }

    /// <summary>Takes the next entry that is due; false when there is none.</summary>
    public bool TryTake(Instant now, [MaybeNullWhen(false)] out IExpiring entry)
    {
        entry = null;
        if (!TryPeek(out var at) || at > now) return false;
        entry = _heap.Dequeue();
        _times.Remove(entry);
        TrimIfSparse();
        return true;
    }

    private bool TryPeek(out Instant at)
    {
        while (_heap.TryPeek(out var entry, out var ticks))
        {
            at = new Instant(ticks);
            if (_times.TryGetValue(entry, out var time) && time == ticks) return true;
            _heap.Dequeue();
        }

        at = Instant.Never;
        return false;
    }

    /// <summary>Rebuilds the heap once half of its nodes are out of date, and gives memory back once seven eighths of it are free.</summary>
    private void TrimIfSparse()
    {
        var isStale = _heap.Count > (2 * _times.Count) + Slack;
        var isSparse = _times.Capacity > (8 * _times.Count) + Slack;
        if (!isStale && !isSparse) return;
        _heap.Clear();
        _times.TrimExcess();
        foreach (var (entry, time) in _times) _heap.Enqueue(entry, time);
        _heap.TrimExcess();
    }
}
