using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>
/// A number for all that an object graph holds, by its fields: what is added to the engine later is part of it unasked. 128 bits, so that no two of the states
/// ever explored are likely to share one.
/// </summary>
internal static class Fingerprint
{
    private static readonly UInt128 s_factor = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835);
    private static readonly Dictionary<Type, FieldInfo[]> s_fields = [];
    private static readonly Dictionary<Type, bool> s_isRecord = [];
    private static readonly ConditionalWeakTable<object, object> s_records = [];

    /// <summary>What the next step does not depend on: counters of changes, and what the step before left behind.</summary>
    private static readonly HashSet<string> s_passing = ["<Version>k__BackingField", "_inflowsAt", "_inflows", "_inheritances", "_ackedAt", "_last", "_inputs", "<Decided>k__BackingField", "_pace", "_others", "_seenVersion"];

    public static UInt128 Of(params object[] roots)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var sum = UInt128.One;
        foreach (var root in roots) sum = Mix(sum, Of(root, seen));
        return sum;
    }

    private static UInt128 Of(object? value, HashSet<object> seen) => value switch
    {
        null => 1,
        bool b => b ? 3u : 2u,
        int n => Mix(3, (UInt128)(Int128)n),
        long n => Mix(5, (UInt128)(Int128)n),
        ulong n => Mix(7, n),
        double d => Mix(11, (ulong)BitConverter.DoubleToInt64Bits(d)),
        ReplicaId id => Mix(13, id.Value),
        Enum e => Mix(17, (ulong)Convert.ToInt64(e, System.Globalization.CultureInfo.InvariantCulture)),
        string s => OfString(s),
        Delegate => 19,
        IDictionary dictionary => OfDictionary(dictionary, seen),
        IEnumerable items => OfItems(items, seen),
        ValueType => OfFields(value, seen),
        _ when IsRecord(value.GetType()) => OfRecord(value),
        _ => seen.Add(value) ? OfFields(value, seen) : 23,
    };

    /// <summary>Whether it is never changed, so that it is the same wherever and however often it stands.</summary>
    private static bool IsRecord(Type type)
    {
        if (s_isRecord.TryGetValue(type, out var isRecord)) return isRecord;
        isRecord = type.GetMethod("<Clone>$") is not null;
        s_isRecord.Add(type, isRecord);
        return isRecord;
    }

    private static UInt128 OfRecord(object record)
    {
        if (s_records.TryGetValue(record, out var known)) return (UInt128)known;
        var sum = OfFields(record, new HashSet<object>(ReferenceEqualityComparer.Instance));
        s_records.AddOrUpdate(record, sum);
        return sum;
    }

    private static UInt128 OfFields(object value, HashSet<object> seen)
    {
        var type = value.GetType();
        if (!s_fields.TryGetValue(type, out var fields))
        {
            fields = [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Where(f => !s_passing.Contains(f.Name))];
            s_fields.Add(type, fields);
        }

        UInt128 sum = 29;
        foreach (var field in fields) sum = Mix(sum, Of(field.GetValue(value), seen));
        return sum;
    }

    private static UInt128 OfString(string text)
    {
        UInt128 sum = 31;
        foreach (var c in text) sum = Mix(sum, c);
        return sum;
    }

    private static UInt128 OfDictionary(IDictionary dictionary, HashSet<object> seen)
    {
        // Added up, since the order of a dictionary says nothing.
        UInt128 sum = 37;
        var entries = dictionary.GetEnumerator();
        while (entries.MoveNext()) sum += Mix(Mix(41, Of(entries.Key, seen)), Of(entries.Value, seen));
        return sum;
    }

    private static UInt128 OfItems(IEnumerable items, HashSet<object> seen)
    {
        var isSet = items is HashSet<ReplicaId> or SortedSet<ReplicaId>;
        UInt128 sum = 43;
        foreach (var item in items) sum = isSet ? sum + Mix(47, Of(item, seen)) : Mix(sum, Of(item, seen));
        return sum;
    }

    private static UInt128 Mix(UInt128 sum, UInt128 part)
    {
        var mixed = (sum ^ part) * s_factor;
        return (mixed ^ (mixed >> 61)) + 0x632BE59BD9B4E019;
    }
}
