using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// An object that the app has not registered, or that the core keeps for itself: keys and payloads are bytes. It is counted in the vector, hashed and
/// passed on like any other.
/// </summary>
internal class OpaqueObject(ObjectIdentity identity) : ReplicatedObject(identity)
{
    private readonly Dictionary<byte[], OpaqueEntry> _entries = new(KeyBytesComparer.Instance);

    /// <summary>The entries, in the order of their keys' first arrival unless keys were removed.</summary>
    public IEnumerable<OpaqueEntry> Entries => _entries.Values;

    public int Count => _entries.Count;

    public override bool IsKey(ReadOnlySpan<byte> key) => true;

    public override Entry? Find(ReadOnlySpan<byte> key) =>
        _entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var entry) ? entry : null;

    public override Entry EntryOf(ReadOnlySpan<byte> key)
    {
        var lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(key, out var entry)) return entry;
        var bytes = key.ToArray();
        entry = new OpaqueEntry(this, bytes);
        _entries.Add(bytes, entry);
        return entry;
    }

    public override void Remove(Entry entry)
    {
        if (_entries.Remove(((OpaqueEntry)entry).Key) && _entries.Capacity > (8L * _entries.Count) + 64) _entries.TrimExcess();
    }

    /// <summary>Called when an entry's records changed.</summary>
    public virtual void OnChanged(OpaqueEntry entry)
    {
    }
}
