using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Replication;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// The entries of every object but counters. Keys of native types are compared as values; keys that a serializer writes are compared as bytes, so that no
/// code of the user's runs on the loop.
/// </summary>
internal sealed class KeyedObject<TKey, TValue> : ReplicatedObject
    where TKey : notnull
{
    /// <summary>No number, time or id takes more bytes encoded.</summary>
    private const int MaxPlainBytes = 32;

    /// <summary>Up to how many bytes an encoded text is short: looked up without making a string of it as a key, kept as a string alone as a value.</summary>
    public const int MaxShortText = 256;

    private readonly EntryTable<TKey, TValue> _table;
    private readonly ValueRecord<TValue> _arrived = new();
    private readonly int _maxKeyBytes;
    private readonly int _maxValueBytes;
    private WatcherSet<TKey>? _watchers;
    private KeyedEntry<TKey, TValue>? _only;

    public KeyedObject(
        string name, ObjectKind kind, ValueCodec<TKey> keyCodec, ValueCodec<TValue> valueCodec, ILocalState localState, PeerReplicaOptions options)
        : base(new ObjectIdentity(name, kind, keyCodec.Name))
    {
        KeyCodec = keyCodec;
        ValueCodec = valueCodec;
        LocalState = localState;

        // A presence's keys are replicas' ids, and not the app's.
        _maxKeyBytes = kind == ObjectKind.Presence ? int.MaxValue : options.MaxKeyBytes;
        _maxValueBytes = options.MaxValueBytes;
        EvictionInterval = options.BroadcastInterval;
        TouchGrace = options.PeerTimeout;
        ExpiryGrace = options.PeerTimeout * 2;
        if (!keyCodec.IsNative) _table = new EncodedKeyTable<TKey, TValue>(this);
        else if (this is KeyedObject<string, TValue> byText) _table = (EntryTable<TKey, TValue>)(object)new TextKeyTable<TValue>(byText);
        else _table = new NativeKeyTable<TKey, TValue>(this);
    }

    public ValueCodec<TKey> KeyCodec { get; }

    public ValueCodec<TValue> ValueCodec { get; }

    public ILocalState LocalState { get; }

    public override string ValueEncoding => ValueCodec.Name;

    /// <summary>What local writes are made of.</summary>
    public WriteRecordPool<TValue> Writes { get; } = new();

    /// <summary>The hash of the record that was in view when the change that is being made began. Loop only.</summary>
    public ulong HashBefore { get; set; }

    public string Name => Identity.Name;

    /// <summary>How long to leave an expired entry to its origin.</summary>
    public TimeSpan ExpiryGrace { get; }

    /// <summary>For how long after its end an entry is kept that a use elsewhere may postpone.</summary>
    public TimeSpan TouchGrace { get; }

    /// <summary>The uses of a map's entries; null for other objects.</summary>
    public MapTouches<TKey, TValue>? Touches { get; set; }

    /// <summary>How much the object may hold; null without a limit.</summary>
    public MapLimit<TKey, TValue>? Limit { get; set; }

    /// <summary>What the app has to say about changes; null for objects that take every change.</summary>
    public ChangeValidation<TKey, TValue>? Validation { get; set; }

    /// <summary>The least time between two looks at what arrived beyond the limit.</summary>
    public TimeSpan EvictionInterval { get; }

    /// <summary>Called with each entry that changed, on the thread that changed it.</summary>
    public Action<KeyedEntry<TKey, TValue>>? Observer { get; set; }

    /// <summary>Whether readers see every live record and not only the last writer's.</summary>
    public bool ShowsAll => Identity.Kind == ObjectKind.MultiValueRegister;

    public IEnumerable<KeyedEntry<TKey, TValue>> Entries => _table.Entries;

    public KeyedEntry<TKey, TValue>? Lookup(TKey key)
    {
        // The one entry of a register or flag is where it was, unless it was removed and collected.
        if (typeof(TKey) == typeof(UnitKey) && Volatile.Read(ref _only) is { IsRetired: false } only) return only;
        var entry = _table.Find(key);
        if (typeof(TKey) == typeof(UnitKey)) Volatile.Write(ref _only, entry);
        return entry;
    }

    /// <summary>Reads a key's value, if there is one.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (Lookup(key) is { } entry) return entry.TryGet(out value);
        value = default;
        return false;
    }

    /// <summary>Reads a key's value, if there is one, and takes that for a use.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public bool TryUse(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (Lookup(key) is { } entry) return entry.TryUse(out value);
        value = default;
        return false;
    }

    /// <summary>Whether a key has a value, whether or not it can be read.</summary>
    public bool IsVisible(TKey key) => Lookup(key) is { IsVisible: true };

    /// <summary>Writes a key locally. Returns whether it was visible before.</summary>
    /// <exception cref="MapFullException">The object has no room for it, and evicts nothing.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it.</exception>
    public bool Write(TKey key, in LocalWrite<TValue> write)
    {
        Validation?.CheckWrite(key, write);
        return Limit is { } limit && !write.IsRemoval ? limit.Write(key, write) : WriteUnlimited(key, write);
    }

    /// <summary>Writes a key locally, whatever the limit. Returns whether it was visible before.</summary>
    public bool WriteUnlimited(TKey key, in LocalWrite<TValue> write)
    {
        while (true)
        {
            var entry = write.IsRemoval ? Lookup(key) : LookupOrAdd(key);
            if (entry is null)
            {
                LocalState.ThrowIfClosed();
                return false;
            }

            if (entry.TryWrite(write, out var wasVisible))
            {
                Written(entry, write);
                if (write.IsRemoval && !wasVisible) Validation?.RemoveRefused(entry);
                return wasVisible;
            }

            Remove(entry);
        }
    }

    /// <summary>Writes a key locally, unless its entry changed since a version. An entry that was not there has the version 0.</summary>
    /// <exception cref="MapFullException">The object has no room for it, and evicts nothing.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it.</exception>
    public bool TryReplace(TKey key, KeyedEntry<TKey, TValue>? entry, int version, in LocalWrite<TValue> write)
    {
        Validation?.CheckWrite(key, write);
        return Limit is { } limit ? limit.TryReplace(key, entry, version, write) : TryReplaceUnlimited(key, entry, version, write);
    }

    /// <summary>Writes a key as <see cref="TryReplace"/> does, whatever the limit.</summary>
    public bool TryReplaceUnlimited(TKey key, KeyedEntry<TKey, TValue>? entry, int version, in LocalWrite<TValue> write)
    {
        LocalState.ThrowIfClosed();
        entry ??= LookupOrAdd(key);
        if (entry.TryReplace(write, version))
        {
            Written(entry, write);
            return true;
        }

        if (entry.IsRetired) Remove(entry);
        return false;
    }

    /// <summary>Counts what the object holds here. No code of the user's runs.</summary>
    public ObjectSize Measure()
    {
        var (entries, tombstones, bytes) = (0L, 0L, 0L);
        var now = LocalState.Now;
        foreach (var entry in Entries)
        {
            if (entry.IsRetired) continue;
            var snapshot = entry.Look();
            if (snapshot.Payload is null || (snapshot.ExpiresAt.Ticks != 0 && snapshot.ExpiresAt <= now))
            {
                tombstones++;
                continue;
            }

            entries++;
            bytes += EncodedLength(entry) + EncodedLength(snapshot.Payload, snapshot.Value);
        }

        return new(entries, tombstones, bytes);
    }

    /// <summary>Removes every entry that is visible here, also those whose keys cannot be read. Returns whether there was one.</summary>
    public bool Clear()
    {
        LocalState.ThrowIfClosed();
        var isAnyRemoved = false;
        foreach (var entry in Entries)
        {
            if (entry.IsVisible && entry.TryWrite(default, out var wasVisible))
            {
                isAnyRemoved |= wasVisible;
                Written(entry, default);
            }
            else
            {
                Validation?.RemoveRefused(entry);
            }
        }

        return isAnyRemoved;
    }

    /// <summary>Removes a key locally, unless its entry changed since a version.</summary>
    /// <exception cref="ChangeRefusedException">The object's validator refused it.</exception>
    public bool TryRemove(TKey key, KeyedEntry<TKey, TValue> entry, int version)
    {
        Validation?.CheckWrite(key, default);
        return TryReplaceUnlimited(key, entry, version, default);
    }

    /// <summary>The entry of another object's key; null if there is none. Any thread.</summary>
    public KeyedEntry<TKey, TValue>? LookupLike<TOther>(KeyedEntry<TKey, TOther> other) =>
        other is EncodedKeyEntry<TKey, TOther> encoded ? _table.FindEncoded(encoded.KeyBytes) : _table.Find(other.KeptKey!);

    /// <summary>Writes the key of another object's entry locally. No code of the user's runs.</summary>
    public void WriteLike<TOther>(KeyedEntry<TKey, TOther> other, in LocalWrite<TValue> write)
    {
        while (true)
        {
            var entry = LookupLike(other);
            if (entry is null && write.IsRemoval) return;
            entry ??= other is EncodedKeyEntry<TKey, TOther> encoded ? _table.FindOrAddEncoded(encoded.KeyBytes) : Add(other.KeptKey!);
            if (entry.TryWrite(write, out _))
            {
                Written(entry, write);
                return;
            }

            Remove(entry);
        }
    }

    /// <summary>Removes an entry to make room, if it still is what was written at a time. Any thread.</summary>
    public bool TryEvict(KeyedEntry<TKey, TValue> entry, HybridTimestamp writtenAt)
    {
        if (!entry.TryRemove(writtenAt)) return false;
        LocalState.Evicted();
        Written(entry, default);
        return true;
    }

    /// <summary>A local write of a value.</summary>
    /// <exception cref="ArgumentException">The value is null or over its limit.</exception>
    /// <exception cref="ReplicaSerializationException">The serializer threw.</exception>
    public LocalWrite<TValue> NewWrite(TValue value)
    {
        if (value is null) throw new ArgumentNullException(nameof(value), $"'{Name}' holds no nulls; remove the entry instead.");
        if (IsPlain && _maxValueBytes >= MaxPlainBytes) return new(Record.InView, value, true);
        var encoded = Encode(ValueCodec, value, _maxValueBytes, "value");
        if (HoldsValueAlone(encoded.Length)) return new(Record.InView, value, true);
        var payload = encoded.ToArray();

        // What the caller may change later is not kept: a reader gets what the payload says, as peers do.
        return TypeState.IsImmutable(value.GetType()) ? new(payload, value, true) : new(payload, default, false);
    }

    /// <summary>A write of a value that arrived, good until the next. Bytes that the value would not be encoded to again are kept: the content hash covers them. Loop only.</summary>
    public ValueRecord<TValue> Arrived(KeyedEntry<TKey, TValue> entry, ReadOnlySpan<byte> payload)
    {
        Validation?.BeforeArrival(entry);
        _arrived.Reset();
        if (Validation is not null) _arrived.Withhold(isRefused: false);
        _arrived.HasValue = HoldsValueAlone(payload.Length)
            && ValueCodec.TryDecode(payload, out _arrived.Value)
            && payload.SequenceEqual(Encode(ValueCodec, _arrived.Value!, int.MaxValue, "value"));
        _arrived.Payload = _arrived.HasValue ? Record.InView : payload.ToArray();
        return _arrived;
    }

    /// <summary>A key as an app may have it: nothing that the app does to an array reaches the table.</summary>
    public static TKey ForApp(TKey key) => key is byte[] bytes ? (TKey)bytes.Clone() : key;

    public TKey DecodeKey(byte[] bytes) => Decode(KeyCodec, bytes, "key");

    /// <summary>Reads what another replica wrote. Runs the user's serializer: never on the loop.</summary>
    /// <exception cref="ReplicaSerializationException">It cannot be read as the registered type.</exception>
    public T Decode<T>(ValueCodec<T> codec, ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            if (codec.TryDecode(bytes, out var decoded)) return decoded;
        }
        catch (ReplicaSerializationException e)
        {
            LocalState.Unreadable(Name, what, e);
            throw;
        }

        var unreadable = new ReplicaSerializationException(
            Name, $"A {what} of '{Name}' that another replica wrote is no {typeof(T)} ({codec.Name}). Its bytes are kept and passed on; register the same type everywhere.", null);
        LocalState.Unreadable(Name, what, unreadable);
        throw unreadable;
    }

    /// <summary>Subscribes to changes of keys.</summary>
    public Watcher<TKey> Watch(int capacity)
    {
        if (Volatile.Read(ref _watchers) is null) Interlocked.CompareExchange(ref _watchers, new WatcherSet<TKey>(LocalState), null);
        return _watchers!.Add(capacity);
    }

    /// <summary>Tells watchers. Any thread.</summary>
    public void Changed(KeyedEntry<TKey, TValue> entry)
    {
        Observer?.Invoke(entry);
        Limit?.OnChanged(entry);
        if (Volatile.Read(ref _watchers) is not { IsEmpty: false } watchers) return;
        if (KeyCodec.IsNative) watchers.Notify(entry.Key);
        else NotifyDeferred(watchers, entry);
    }

    /// <summary>An entry's records changed, and what is seen of it. Loop only.</summary>
    public void Merged(KeyedEntry<TKey, TValue> entry)
    {
        Changed(entry);
        Limit?.OnArrived();
    }

    /// <summary>The bytes of a key, encoded.</summary>
    public int EncodedLength(TKey key) => EncodeKey(key).Length;

    /// <summary>The bytes of an entry's key, encoded. No code of the user's runs.</summary>
    public int EncodedLength(KeyedEntry<TKey, TValue> entry) =>
        entry is EncodedKeyEntry<TKey, TValue> encoded ? encoded.KeyBytes.Length : EncodeKey(entry.KeptKey!).Length;

    /// <summary>The bytes of a value, encoded. No code of the user's runs.</summary>
    public int EncodedLength(byte[] payload, TValue? value) =>
        payload != Record.InView ? payload.Length : Encode(ValueCodec, value!, int.MaxValue, "value").Length;

    public override bool IsKey(ReadOnlySpan<byte> key) => !KeyCodec.IsNative || KeyCodec.CanDecode(key);

    public override Entry? Find(ReadOnlySpan<byte> key) => _table.FindEncoded(key);

    public override Entry EntryOf(ReadOnlySpan<byte> key) => _table.FindOrAddEncoded(key);

    public override void Remove(Entry entry) => _table.Remove((KeyedEntry<TKey, TValue>)entry);

    /// <summary>Encodes a key to a buffer that the thread's next call overwrites.</summary>
    public ReadOnlySpan<byte> EncodeKey(TKey key) => Encode(KeyCodec, key, int.MaxValue, "key");

    private void Written(KeyedEntry<TKey, TValue> entry, in LocalWrite<TValue> write)
    {
        if (write.IsRemoval) Touches?.OnRemoved(entry);
        Changed(entry);
    }

    /// <summary>Apart, since whoever makes a closure pays for it on entry, also where there are no watchers.</summary>
    private static void NotifyDeferred(WatcherSet<TKey> watchers, KeyedEntry<TKey, TValue> entry) => watchers.NotifyDeferred(entry, () => entry.Key);

    /// <summary>Whether values are numbers, times or ids: any of them can be encoded, in few bytes.</summary>
    private bool IsPlain => !RuntimeHelpers.IsReferenceOrContainsReferences<TValue>() && ValueCodec.IsNative;

    /// <summary>A key of a native type is encoded when it is new only, to see that it may be; a serializer, whose bytes are what is looked for, runs once.</summary>
    private KeyedEntry<TKey, TValue> LookupOrAdd(TKey key) =>
        KeyCodec.IsNative && Lookup(key) is { } known ? known : Add(key);

    private KeyedEntry<TKey, TValue> Add(TKey key)
    {
        LocalState.ThrowIfClosed();
        return _table.FindOrAdd(key, Encode(KeyCodec, key, _maxKeyBytes, "key"));
    }

    /// <summary>
    /// Whether the value is kept alone, and encoded when it is sent: values of native types that nobody can change. Long texts are kept as bytes, which are
    /// half as long, and cost less to send.
    /// </summary>
    private bool HoldsValueAlone(int payloadLength) =>
        IsPlain || (ValueCodec.IsNative && typeof(TValue) == typeof(string) && payloadLength <= MaxShortText);

    /// <summary>Encodes to a buffer that the thread's next call overwrites.</summary>
    private ReadOnlySpan<byte> Encode<T>(ValueCodec<T> codec, T value, int limit, string what)
    {
        var scratch = Scratch.Rent();
        codec.Encode(value, scratch);
        Scratch.Return(scratch);
        if (scratch.Length <= limit) return scratch.Written;
        throw new ArgumentException(
            $"The {what} for '{Name}' takes {scratch.Length:N0} bytes encoded; the limit is {limit:N0}. Store less, or raise the limit on every replica.", what);
    }
}
