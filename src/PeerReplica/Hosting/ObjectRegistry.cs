using System.Diagnostics.CodeAnalysis;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Hosting.Handles;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Wire;

namespace PeerReplica.Hosting;

/// <summary>The objects that an app registered, by name, before its replica exists. Not thread-safe: filled while the app is being configured.</summary>
internal sealed class ObjectRegistry
{
    private const int MaxNameLength = 256;

    /// <summary>So that sums of rights do not overflow, whatever was granted and given back and forth.</summary>
    public const long MaxRange = 1L << 56;
    private readonly Dictionary<string, ObjectRegistration> _byName = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ObjectRegistration> All => _byName.Values;

    private readonly Dictionary<string, IReplicaSerializer> _serializers = new(StringComparer.Ordinal);

    /// <summary>The serializer of the objects that have none of their own.</summary>
    public IReplicaSerializer Serializer { get; set; } = new SystemTextJsonReplicaSerializer();

    public void UseSerializer(string name, IReplicaSerializer serializer) => _serializers[name] = serializer;

    public IReplicaSerializer SerializerOf(string name) => _serializers.GetValueOrDefault(name, Serializer);

    /// <summary>Once everything is registered.</summary>
    /// <exception cref="ArgumentException">A serializer is given for a name that is not registered.</exception>
    public void CheckSerializers()
    {
        foreach (var name in _serializers.Keys)
        {
            if (!_byName.ContainsKey(name))
                throw new ArgumentException($"A serializer is set for '{name}', but no object is registered under that name. Register the object, or correct the name.");
        }
    }

    public void AddCounter(string name) => Add(name, typeof(ICounter), (host, _) =>
    {
        var counter = new CounterObject(name, host);
        host.Registered.Add(counter);
        return new Counter(host, counter);
    });

    public void AddBoundedCounter(string name, long capacity, BoundedCounterOptions options)
    {
        if (options.Floor > capacity)
            throw new ArgumentOutOfRangeException(nameof(options), options.Floor, $"The floor of '{name}' is {options.Floor}, above its capacity {capacity}.");
        if (options.Ceiling < capacity)
            throw new ArgumentOutOfRangeException(nameof(options), options.Ceiling, $"The ceiling of '{name}' is {options.Ceiling}, below its capacity {capacity}.");
        if (options.Allowance < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.Allowance, $"The allowance of '{name}' must not be negative.");
        if (IsTooWide(options.Floor, options.Ceiling ?? capacity))
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"The bounds of '{name}' are further apart than {MaxRange:N0}.");
        Add(name, typeof(IBoundedCounter), (host, _) =>
        {
            var counter = new BoundedCounterObject(name, capacity, options, host);
            host.Registered.Add(counter);
            return new BoundedCounter(host, counter);
        });
    }

    private static bool IsTooWide(long floor, long ceiling) => (Int128)ceiling - floor > MaxRange;

    public void AddPool<T>(string name, IEnumerable<T> items)
        where T : notnull
    {
        ValueCodecs.RefuseUnserializable<T>(name, "key");
        T[] all = [.. items.Select(KeyedObject<T, UnitKey>.ForApp)];
        if (all.Length == 0) throw new ArgumentException($"The pool '{name}' has no items.", nameof(items));
        if (Array.Exists(all, i => i is null)) throw new ArgumentException($"The pool '{name}' has an item that is null.", nameof(items));
        Add(name, typeof(IPool<T>), (host, serializer) =>
        {
            var codec = ValueCodecs.ForKey<T>(serializer, name);
            var pool = new PoolObject<T>(name, Encode(name, all, codec, host.Options.MaxKeyBytes), host);
            host.Registered.Add(pool);
            return new Pool<T>(host, pool, codec);
        });
    }

    private static List<(T Item, byte[] Key)> Encode<T>(string name, T[] items, ValueCodec<T> codec, int limit)
    {
        var encoded = new List<(T, byte[])>(items.Length);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var key = new FrameBuffer();
        foreach (var item in items)
        {
            key.Reset();
            codec.Encode(item, key);
            if (key.Length > limit) throw new ArgumentException($"An item of the pool '{name}' takes {key.Length:N0} bytes encoded; the limit is {limit:N0}.", nameof(items));
            if (!seen.Add(Convert.ToHexString(key.Written))) throw new ArgumentException($"The pool '{name}' has the item {TextOf(item)} twice.", nameof(items));
            encoded.Add((item, key.Written.ToArray()));
        }

        return encoded;

        static string TextOf(T item)
        {
            try
            {
                return $"'{item}'";
            }
            catch (Exception)
            {
                // The app's own text of it failed.
                return $"(a {TypeNames.Of(typeof(T))})";
            }
        }
    }

    public void AddFlag(string name) => Add(name, typeof(IFlag), (host, _) =>
        new Flag(host, Keyed(host, name, ObjectKind.Flag, UnitCodec.Instance, UnitCodec.Instance)));

    public void AddRegister<T>(string name, ChangeRule<UnitKey, T>? rule = null)
    {
        ValueCodecs.RefuseUnserializable<T>(name, "value");
        Add(name, typeof(IRegister<T>), (host, serializer) =>
        new Register<T>(host, Keyed(host, name, ObjectKind.Register, UnitCodec.Instance, ValueCodecs.For<T>(serializer, name), rule)));
    }

    public void AddMultiValueRegister<T>(string name, ChangeRule<UnitKey, T>? rule = null)
    {
        ValueCodecs.RefuseUnserializable<T>(name, "value");
        Add(name, typeof(IMultiValueRegister<T>), (host, serializer) =>
        new MultiValueRegister<T>(host, Keyed(host, name, ObjectKind.MultiValueRegister, UnitCodec.Instance, ValueCodecs.For<T>(serializer, name), rule)));
    }

    public void AddMap<TKey, TValue>(string name, MapOptions options, ChangeRule<TKey, TValue>? rule = null)
        where TKey : notnull
    {
        MapOptionsCheck.Validate(name, options);
        var expiry = new ExpirationDefaults(options.TimeToLive, options.SlidingExpiration);
        ValueCodecs.RefuseUnserializable<TKey>(name, "key");
        ValueCodecs.RefuseUnserializable<TValue>(name, "value");
        Add(name, typeof(IReplicatedMap<TKey, TValue>), (host, serializer) =>
        {
            var keys = ValueCodecs.ForKey<TKey>(serializer, name);
            var values = ValueCodecs.For<TValue>(serializer, name);
            var map = Keyed(host, name, ObjectKind.Map, keys, values, rule);
            if (options.MaxEntries is not null || options.MaxBytes is not null) map.Limit = new MapLimit<TKey, TValue>(map, options);
            _ = new MapTouches<TKey, TValue>(map, Keyed(host, name, ObjectKind.Touches, keys, NativeCodecs.UInt64));
            return new ReplicatedMap<TKey, TValue>(host, map, expiry);
        });
    }

    public void AddSet<T>(string name, ChangeRule<T, UnitKey>? rule = null)
        where T : notnull
    {
        ValueCodecs.RefuseUnserializable<T>(name, "key");
        Add(name, typeof(IReplicatedSet<T>), (host, serializer) =>
            new ReplicatedSet<T>(host, Keyed(host, name, ObjectKind.Set, ValueCodecs.ForKey<T>(serializer, name), UnitCodec.Instance, rule)));
    }

    public void AddPresence<T>(string name, ChangeRule<ReplicaId, T>? rule = null)
    {
        ValueCodecs.RefuseUnserializable<T>(name, "value");
        Add(name, typeof(IPresence<T>), (host, serializer) =>
        new Presence<T>(host, Keyed(host, name, ObjectKind.Presence, NativeCodecs.Replica, ValueCodecs.For<T>(serializer, name), rule)));
    }

    public bool TryGet(string name, [MaybeNullWhen(false)] out ObjectRegistration registration) => _byName.TryGetValue(name, out registration);

    private void Add(string name, Type handleType, Func<ReplicaHost, IReplicaSerializer, IReplicatedObject> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxNameLength) throw new ArgumentException($"An object's name has at most {MaxNameLength} characters; this one has {name.Length}.", nameof(name));
        if (name[0] == '$') throw new ArgumentException($"'{name}': names that begin with $ are the library's own.", nameof(name));
        if (!StrictUtf8.CanEncode(name))
            throw new ArgumentException("The name holds half of a surrogate pair, which cannot be sent to peers.", nameof(name));
        if (_byName.TryGetValue(name, out var known))
        {
            throw new ArgumentException(
                $"'{name}' is registered twice: as {TypeNames.Of(known.HandleType)} and as {TypeNames.Of(handleType)}. Register each name once.", nameof(name));
        }

        _byName.Add(name, new ObjectRegistration(name, handleType, create));
    }

    private static KeyedObject<TKey, TValue> Keyed<TKey, TValue>(
        ReplicaHost host, string name, ObjectKind kind, ValueCodec<TKey> keys, ValueCodec<TValue> values,
        ChangeRule<TKey, TValue>? rule = null)
        where TKey : notnull
    {
        var keyed = new KeyedObject<TKey, TValue>(name, kind, keys, values, host, host.Options);
        host.Registered.Add(keyed);
        if (rule is null) return keyed;
        keyed.Validation = new(keyed, rule);
        host.Validations.Add(keyed.Validation);
        return keyed;
    }
}
