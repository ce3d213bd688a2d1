using System.Collections;
using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using PeerReplica.Escrow;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>
/// A number for all that an object graph holds, by its fields: what is added to the engine later is part of it unasked. 128 bits, so that no two of the states
/// ever explored are likely to share one.
/// </summary>
internal sealed class Fingerprint
{
    private static readonly UInt128 s_factor = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835);
    private static readonly ConcurrentDictionary<Type, Func<object, Fingerprint, UInt128>> s_hashers = [];
    private static readonly MethodInfo s_ofField = typeof(Fingerprint).GetMethod(nameof(OfField), BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly MethodInfo s_mix = typeof(Fingerprint).GetMethod(nameof(Mix), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>
    /// What the next step does not depend on. Counters of changes, and what was computed for one value of such a counter: a copy computes it anew. What the step before
    /// was given, and what it left behind for whoever called it. How fast accounts spend: time stands still here, so each spend rate is that of an account looked at once. How
    /// far the reservations were looked at: there are none. Of how many decisions the cuts were found here: that follows from the rest.
    /// </summary>
    private static readonly HashSet<string> s_passing =
    [
        "<Version>k__BackingField", "_ackedAt", "_inflowsAt", "_inflows", "_inheritances", "_last", "_inputs", "<Decided>k__BackingField", "_spendRate", "_others", "_seenVersion", "_contained",
        "_lookedAt", "<IsCollected>k__BackingField",
    ];

    private readonly Dictionary<object, UInt128> _kept = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    public UInt128 Of(params ReadOnlySpan<object> roots)
    {
        _seen.Clear();
        var sum = UInt128.One;
        foreach (var root in roots) sum = Mix(sum, Of(root));
        return sum;
    }

    /// <summary>Remembers the number of a record, which never changes.</summary>
    public void Keep(object record)
    {
        if (!_kept.ContainsKey(record)) _kept.Add(record, OfFields(record));
    }

    private UInt128 OfField<T>(T value)
    {
        if (typeof(T) == typeof(bool)) return (bool)(object)value! ? 3u : 2u;
        if (typeof(T) == typeof(int)) return Mix(3, (UInt128)(Int128)(int)(object)value!);
        if (typeof(T) == typeof(long)) return Mix(5, (UInt128)(Int128)(long)(object)value!);
        if (typeof(T) == typeof(ulong)) return Mix(7, (ulong)(object)value!);
        if (typeof(T) == typeof(ReplicaId)) return Mix(13, ((ReplicaId)(object)value!).Value);
        return Of(value);
    }

    private UInt128 Of(object? value) => value switch
    {
        null => 1,
        bool or int or long or ulong or ReplicaId => OfBoxed(value),
        Enum e => Mix(17, (ulong)Convert.ToInt64(e, System.Globalization.CultureInfo.InvariantCulture)),
        string s => OfString(s),
        Delegate => 19,
        ReplicaId[] ids => OfIds(ids),
        IDictionary dictionary => OfDictionary(dictionary),
        IEnumerable items => OfItems(items),
        ConsensusRecord or AccountRecord or Decision or Decided or PublishedRecords => _kept.TryGetValue(value, out var known) ? known : OfFields(value),
        ValueType => OfFields(value),
        _ => IsRecord(value.GetType()) || _seen.Add(value) ? OfFields(value) : 23,
    };

    private UInt128 OfBoxed(object value) => value switch
    {
        bool b => OfField(b),
        int n => OfField(n),
        long n => OfField(n),
        ulong n => OfField(n),
        _ => OfField((ReplicaId)value),
    };

    /// <summary>Whether it is never changed, so that it is the same wherever and however often it stands.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private UInt128 OfFields(object value) => s_hashers.GetOrAdd(value.GetType(), HasherOf)(value, this);

    /// <summary>Code that reads the fields: reflection for each value would take most of the time.</summary>
    private static Func<object, Fingerprint, UInt128> HasherOf(Type type)
    {
        var (value, self) = (Expression.Parameter(typeof(object)), Expression.Parameter(typeof(Fingerprint)));
        Expression sum = Expression.Constant((UInt128)29);
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (s_passing.Contains(field.Name)) continue;
            var read = Expression.Field(type.IsValueType ? Expression.Unbox(value, type) : Expression.Convert(value, type), field);
            sum = Expression.Call(s_mix, sum, Expression.Call(self, s_ofField.MakeGenericMethod(field.FieldType), read));
        }

        return Expression.Lambda<Func<object, Fingerprint, UInt128>>(sum, value, self).Compile();
    }

    private static UInt128 OfString(string text)
    {
        UInt128 sum = 31;
        foreach (var c in text) sum = Mix(sum, c);
        return sum;
    }

    private UInt128 OfIds(ReplicaId[] ids)
    {
        UInt128 sum = 43;
        foreach (var id in ids) sum = Mix(sum, OfField(id));
        return sum;
    }

    private UInt128 OfDictionary(IDictionary dictionary)
    {
        // Added up, since the order of a dictionary says nothing.
        UInt128 sum = 37;
        var entries = dictionary.GetEnumerator();
        while (entries.MoveNext()) sum += Mix(Mix(41, Of(entries.Key)), Of(entries.Value));
        return sum;
    }

    private UInt128 OfItems(IEnumerable items)
    {
        var isSet = items is HashSet<ReplicaId> or SortedSet<ReplicaId>;
        UInt128 sum = 43;
        foreach (var item in items) sum = isSet ? sum + Mix(47, Of(item)) : Mix(sum, Of(item));
        return sum;
    }

    private static UInt128 Mix(UInt128 sum, UInt128 part)
    {
        var mixed = (sum ^ part) * s_factor;
        return (mixed ^ (mixed >> 61)) + 0x632BE59BD9B4E019;
    }
}
