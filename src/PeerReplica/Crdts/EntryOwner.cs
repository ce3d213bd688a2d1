namespace PeerReplica.Crdts;

/// <summary>The object that an entry belongs to, as far as merging and hashing need it.</summary>
internal abstract class EntryOwner(ObjectIdentity identity)
{
    /// <summary>The indexes of large entries. Here, so that small entries need no room for one. Loop only.</summary>
    private readonly Dictionary<Entry, ComponentIndex> _indexes = [];

    public ObjectIdentity Identity { get; } = identity;

    /// <summary>The identity's part of every record's hash.</summary>
    public ulong IdentityHash { get; } = ContentHash.OfObject(identity);

    /// <summary>How many entries have an index.</summary>
    public int IndexedEntries => _indexes.Count;

    /// <summary>
    /// How many records of large entries were walked past, one by one: what tests of the bounds count.
    /// </summary>
    public long LongWalks { get; private set; }

    /// <summary>Records of an entry were walked past, more than a small entry has.</summary>
    public void Walked(int records) => LongWalks += records;

    public ComponentIndex IndexOf(Entry entry) => _indexes[entry];

    public ComponentIndex AddIndex(Entry entry)
    {
        var index = new ComponentIndex(entry);
        _indexes.Add(entry, index);
        return index;
    }

    public void DropIndex(Entry entry) => _indexes.Remove(entry);
}
