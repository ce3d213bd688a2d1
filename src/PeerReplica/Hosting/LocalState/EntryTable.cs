namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// The entries of one object by key: a hash table with open addressing (linear probing), whose slots hold the entries and their hashes. An entry takes no node, and a read touches no other entry.
/// <list type="number">
/// <item>An entry stands in the first slot that was free, from where its hash belongs on, going round. A slot never becomes free again.</item>
/// <item>At least two fifths of the slots are free: so most entries stand where they belong, or next to it.</item>
/// <item>Whoever looks for a key or goes through all takes no lock. An array that was replaced still holds all that was in it when it was.</item>
/// <item>Entries are added and removed under the lock. What was removed leaves a mark; the next array has none.</item>
/// <item>Once less than a tenth of the slots hold entries, a smaller array takes the place of this one: a removal costs O(1) amortized.</item>
/// </list>
/// </summary>
internal abstract class EntryTable<TKey, TValue>(KeyedObject<TKey, TValue> owner)
    where TKey : notnull
{
    private const int MinSlots = 8;

    private readonly Lock _gate = new();
    private readonly KeyedEntry<TKey, TValue> _removed = new NativeKeyEntry<TKey, TValue>(owner, default!);
    private volatile Slot[] _slots = new Slot[MinSlots];
    private int _count;
    private int _marks;

    /// <summary>The entries, in no order that means anything: once each that is there throughout; what comes or goes meanwhile, or not.</summary>
    public IEnumerable<KeyedEntry<TKey, TValue>> Entries
    {
        get
        {
            var slots = _slots;
            for (var i = 0; i < slots.Length; i++)
            {
                if (Volatile.Read(ref slots[i].Entry) is { } entry && entry != _removed) yield return entry;
            }
        }
    }

    /// <summary>The number of slots, which the table's memory follows from.</summary>
    public int Slots => _slots.Length;

    protected KeyedObject<TKey, TValue> Owner => owner;

    /// <summary>A key's entry; null if there is none. Any thread.</summary>
    public abstract KeyedEntry<TKey, TValue>? Find(TKey key);

    /// <summary>A key's entry, made if there is none. Any thread.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">The same, encoded.</param>
    public abstract KeyedEntry<TKey, TValue> FindOrAdd(TKey key, ReadOnlySpan<byte> encoded);

    /// <summary>The entry of an encoded key; null if there is none. Loop only.</summary>
    public abstract KeyedEntry<TKey, TValue>? FindEncoded(ReadOnlySpan<byte> encoded);

    /// <summary>The entry of an encoded key, made if there is none. Loop only.</summary>
    public abstract KeyedEntry<TKey, TValue> FindOrAddEncoded(ReadOnlySpan<byte> encoded);

    /// <summary>Takes an entry out, if it is in.</summary>
    public void Remove(KeyedEntry<TKey, TValue> removed)
    {
        lock (_gate)
        {
            var slots = _slots;
            for (var i = HomeOf(removed.KeyHash, slots); slots[i].Entry is { } entry; i = After(i, slots))
            {
                if (entry != removed) continue;
                Volatile.Write(ref slots[i].Entry, _removed);
                _count--;
                _marks++;
                if (slots.Length > MinSlots && _count < slots.Length / 10) Rebuild();
                return;
            }
        }
    }

    protected KeyedEntry<TKey, TValue>? Find<TProbe>(uint hash, TProbe probe)
        where TProbe : IKeyProbe<TKey, TValue>, allows ref struct
    {
        var slots = _slots;
        var i = HomeOf(hash, slots);
        while (true)
        {
            ref var slot = ref slots[i];
            if (Volatile.Read(ref slot.Entry) is not { } entry) return null;
            if (slot.Hash == hash && entry != _removed && probe.IsKeyOf(entry)) return entry;
            i = After(i, slots);
        }
    }

    /// <summary>Adds an entry, unless its key has one: that is returned then.</summary>
    protected KeyedEntry<TKey, TValue> Add<TProbe>(uint hash, TProbe probe, KeyedEntry<TKey, TValue> added)
        where TProbe : IKeyProbe<TKey, TValue>, allows ref struct
    {
        lock (_gate)
        {
            if (Find(hash, probe) is { } known) return known;
            if (_count + _marks >= _slots.Length * 3L / 5) Rebuild();
            added.KeyHash = hash;
            Put(_slots, hash, added);
            _count++;
            return added;
        }
    }

    private static int HomeOf(uint hash, Slot[] slots) => (int)(((ulong)hash * (uint)slots.Length) >> 32);

    private static int After(int i, Slot[] slots) => i + 1 == slots.Length ? 0 : i + 1;

    /// <summary>Fills the first free slot. The hash first: who sees the entry sees its hash.</summary>
    private static void Put(Slot[] slots, uint hash, KeyedEntry<TKey, TValue> entry)
    {
        var i = HomeOf(hash, slots);
        while (slots[i].Entry is not null) i = After(i, slots);
        slots[i].Hash = hash;
        Volatile.Write(ref slots[i].Entry, entry);
    }

    /// <summary>Makes an array of which two fifths are in use, without marks. In order of the hashes, or nearly: so both arrays are gone through in a row.</summary>
    private void Rebuild()
    {
        var slots = new Slot[Math.Max(MinSlots, checked((int)(_count * 5L / 2)))];
        foreach (var slot in _slots)
        {
            if (slot.Entry is { } entry && entry != _removed) Put(slots, slot.Hash, entry);
        }

        _slots = slots;
        _marks = 0;
    }

    private struct Slot
    {
        public KeyedEntry<TKey, TValue>? Entry;
        public uint Hash;
    }
}
