namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// The entries of one object by key: a hash table whose nodes are the entries, so that an entry takes no other object, and a read passes no other.
/// <list type="number">
/// <item>A bucket holds a range of hashes, in ascending order. When the table grows each bucket becomes two that follow each other: chains are cut, and no
/// entry is moved.</item>
/// <item>Whoever looks for a key takes no lock. Who did not find it while the table grew looks again: a chain may have been cut before it.</item>
/// <item>Entries are added, removed and gone through under the lock. One that was removed still leads to those after it.</item>
/// </list>
/// </summary>
internal abstract class EntryTable<TKey, TValue>(KeyedObject<TKey, TValue> owner)
    where TKey : notnull
{
    private const int MaxBuckets = 1 << 30;

    /// <summary>How much is copied under the lock for somebody who goes through all entries.</summary>
    private const int BucketsAtOnce = 64;

    private readonly Lock _gate = new();
    private volatile KeyedEntry<TKey, TValue>?[] _buckets = new KeyedEntry<TKey, TValue>?[4];
    private int _count;

    /// <summary>The entries, in no order that means anything: once each that is there throughout; what comes or goes meanwhile, or not.</summary>
    public IEnumerable<KeyedEntry<TKey, TValue>> Entries
    {
        get
        {
            var some = new List<KeyedEntry<TKey, TValue>>();
            var (bucket, length) = (0, 1);
            do
            {
                some.Clear();
                lock (_gate)
                {
                    bucket *= _buckets.Length / length;
                    length = _buckets.Length;
                    for (var end = Math.Min(bucket + BucketsAtOnce, length); bucket < end; bucket++)
                    {
                        for (var entry = _buckets[bucket]; entry is not null; entry = entry.Next) some.Add(entry);
                    }
                }

                foreach (var entry in some) yield return entry;
            }
            while (bucket < length);
        }
    }

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
            var bucket = BucketOf(removed.KeyHash, _buckets.Length);
            KeyedEntry<TKey, TValue>? previous = null;
            for (var entry = _buckets[bucket]; entry is not null; previous = entry, entry = entry.Next)
            {
                if (entry != removed) continue;
                SetNext(previous, bucket, entry.Next);
                _count--;
                return;
            }
        }
    }

    protected KeyedEntry<TKey, TValue>? Find<TProbe>(uint hash, TProbe probe)
        where TProbe : IKeyProbe<TKey, TValue>, allows ref struct
    {
        while (true)
        {
            var buckets = _buckets;
            for (var entry = buckets[BucketOf(hash, buckets.Length)]; entry is not null; entry = entry.Next)
            {
                if (entry.KeyHash == hash && probe.IsKeyOf(entry)) return entry;
            }

            if (_buckets == buckets) return null;
        }
    }

    /// <summary>Adds an entry, unless its key has one: that is returned then.</summary>
    protected KeyedEntry<TKey, TValue> Add<TProbe>(uint hash, TProbe probe, KeyedEntry<TKey, TValue> added)
        where TProbe : IKeyProbe<TKey, TValue>, allows ref struct
    {
        lock (_gate)
        {
            var bucket = BucketOf(hash, _buckets.Length);
            KeyedEntry<TKey, TValue>? previous = null;
            var next = _buckets[bucket];
            for (; next is not null && next.KeyHash <= hash; previous = next, next = next.Next)
            {
                if (next.KeyHash == hash && probe.IsKeyOf(next)) return next;
            }

            added.KeyHash = hash;
            added.Next = next;
            SetNext(previous, bucket, added);
            if (++_count > _buckets.Length / 4 * 3 && _buckets.Length < MaxBuckets) Grow();
            return added;
        }
    }

    /// <summary>Which of <paramref name="buckets"/> equal ranges of hashes one is in.</summary>
    private static int BucketOf(uint hash, int buckets) => (int)(((ulong)hash * (uint)buckets) >> 32);

    private void SetNext(KeyedEntry<TKey, TValue>? previous, int bucket, KeyedEntry<TKey, TValue>? next)
    {
        if (previous is null) Volatile.Write(ref _buckets[bucket], next);
        else previous.Next = next;
    }

    /// <summary>Makes two buckets of each. Chains are cut when everybody can see the new buckets: whoever sees the old ones finds all or looks again.</summary>
    private void Grow()
    {
        var grown = new KeyedEntry<TKey, TValue>?[_buckets.Length * 2];
        var cuts = new List<KeyedEntry<TKey, TValue>>();
        foreach (var first in _buckets)
        {
            KeyedEntry<TKey, TValue>? previous = null;
            for (var entry = first; entry is not null; previous = entry, entry = entry.Next)
            {
                ref var bucket = ref grown[BucketOf(entry.KeyHash, grown.Length)];
                if (bucket is not null) continue;
                bucket = entry;
                if (previous is not null) cuts.Add(previous);
            }
        }

        _buckets = grown;
        foreach (var last in cuts) last.Next = null;
    }
}
