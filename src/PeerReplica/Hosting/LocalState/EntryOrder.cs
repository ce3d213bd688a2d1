using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// The entries of a map that hold values, how many bytes they take, and which was used longest ago. Not thread-safe.
/// <list type="number">
/// <item>Each entry has one node in the heap, with the last use that was known when the node was put there. A later use is looked up when the node
/// comes to the top; the node then goes back down. So the order is exact, and a use costs nothing until then.</item>
/// <item>Of uses with equal timestamps the one that was heard of first is the earlier one: timestamps count milliseconds.</item>
/// <item>The heap holds at most twice as many nodes as there are entries, and a constant. Memory shrinks with the entries.</item>
/// <item>Adding, removing and taking cost O(log n) amortized, each use that is looked up included.</item>
/// </list>
/// </summary>
internal sealed class EntryOrder<TKey, TValue>(KeyedObject<TKey, TValue> map)
    where TKey : notnull
{
    private const int Slack = 64;

    private readonly Dictionary<KeyedEntry<TKey, TValue>, Node> _nodes = [];
    private readonly PriorityQueue<Node, (HybridTimestamp UsedAt, long Order)> _heap = new();
    private long _lastOrder;

    /// <summary>The number of entries.</summary>
    public int Count => _nodes.Count;

    /// <summary>The bytes of their encoded keys and values, as far as they were asked for.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number of heap nodes, those of entries that are gone included.</summary>
    public int HeapNodes => _heap.Count;

    public Node? Find(KeyedEntry<TKey, TValue> entry) => _nodes.GetValueOrDefault(entry);

    /// <summary>Brings an entry in line with what it holds now. Any number of calls, in any order, end with what it holds at the last.</summary>
    public void Update(KeyedEntry<TKey, TValue> entry, bool countsBytes)
    {
        var snapshot = entry.Look();
        if (snapshot.Payload is null)
        {
            Remove(entry);
            return;
        }

        if (!_nodes.TryGetValue(entry, out var node))
        {
            var keyBytes = countsBytes ? map.EncodedLength(entry) : 0;
            node = new Node(entry) { KeyBytes = keyBytes, Bytes = keyBytes };
            _nodes.Add(entry, node);
            Bytes += node.Bytes;
            _heap.Enqueue(node, (entry.WrittenAt, ++_lastOrder));
        }

        node.Order = ++_lastOrder;
        if (!countsBytes) return;
        var bytes = node.KeyBytes + map.EncodedLength(snapshot.Payload, snapshot.Value);
        Bytes += bytes - node.Bytes;
        node.Bytes = bytes;
    }

    /// <summary>Takes the entry out that was used longest ago: written, or used as far as that was replicated.</summary>
    public bool TryTakeLeastRecent(out EvictionCandidate<TKey, TValue> taken)
    {
        while (_heap.TryDequeue(out var node, out var known))
        {
            if (node.IsGone) continue;
            var writtenAt = node.Entry.WrittenAt;
            var used = (HybridTimestamp.Max(writtenAt, map.Touches?.LastUse(node.Entry) ?? default), node.Order);
            if (used.CompareTo(known) > 0)
            {
                _heap.Enqueue(node, used);
                continue;
            }

            Remove(node.Entry);
            taken = new(node.Entry, writtenAt, node.Bytes);
            return true;
        }

        taken = default;
        return false;
    }

    private void Remove(KeyedEntry<TKey, TValue> entry)
    {
        if (!_nodes.Remove(entry, out var node)) return;
        node.IsGone = true;
        Bytes -= node.Bytes;
        TrimIfSparse();
    }

    private void TrimIfSparse()
    {
        var isStale = _heap.Count > (2 * _nodes.Count) + Slack;
        var isSparse = _nodes.Capacity > (8 * _nodes.Count) + Slack;
        if (!isStale && !isSparse) return;
        (Node, (HybridTimestamp, long))[] left = [.. _heap.UnorderedItems.Where(n => !n.Element.IsGone)];
        _heap.Clear();
        _heap.EnqueueRange(left);
        _heap.TrimExcess();
        _nodes.TrimExcess();
    }

    /// <summary>An entry that holds a value.</summary>
    internal sealed class Node(KeyedEntry<TKey, TValue> entry)
    {
        public KeyedEntry<TKey, TValue> Entry => entry;

        public required long KeyBytes { get; init; }

        /// <summary>Those of key and value.</summary>
        public required long Bytes { get; set; }

        /// <summary>Grows with each change.</summary>
        public long Order { get; set; }

        public bool IsGone { get; set; }
    }
}
