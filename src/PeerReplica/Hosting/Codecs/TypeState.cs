using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace PeerReplica.Hosting.Codecs;

/// <summary>What reflection tells of the state that objects of a type hold: their instance fields. Thread-safe.</summary>
internal static class TypeState
{
    /// <summary>What the compiler makes of [NonSerialized]. The framework's name for it belongs to a serializer that is gone.</summary>
    private const FieldAttributes NotSerialized = (FieldAttributes)0x80;

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> s_fields = new();
    private static readonly ConcurrentDictionary<Type, bool> s_immutable = new();

    private static readonly HashSet<Type> s_immutableLeaves =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly),
        typeof(TimeOnly), typeof(Int128), typeof(UInt128), typeof(Half), typeof(Uri), typeof(Version), typeof(ReplicaId), typeof(Index),
        typeof(Range), typeof(System.Numerics.BigInteger), typeof(System.Numerics.Complex), typeof(System.Text.Rune),
    ];

    /// <summary>Whether a type comes with the framework, so that its private fields are not the app's business.</summary>
    public static bool IsOfFramework(Type type) =>
        type.Assembly == typeof(object).Assembly || type.Assembly.GetName().Name is { } name
        && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));

    /// <summary>Every instance field that holds state, of the type and of those that it derives from.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field that trimming removed is read by nobody: no state is lost with it.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    public static FieldInfo[] FieldsOf(Type type) => s_fields.GetOrAdd(type, static t =>
    {
        var fields = new List<FieldInfo>();
        for (var level = t; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            fields.AddRange(level.GetFields(Own).Where(f => !HoldsNoState(f)));
        }

        return [.. fields];
    });

    /// <summary>The property whose automatic accessors a field serves; null if the field serves none.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A property that trimming removed is read by nobody.")]
    public static PropertyInfo? PropertyOf(FieldInfo field) => field.Name is ['<', .. var rest] && rest.IndexOf(">k__BackingField", StringComparison.Ordinal) is > 0 and var end
        ? field.DeclaringType!.GetProperty(
            rest[..end], BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        : null;

    /// <summary>A field's name as the app's source has it.</summary>
    public static string NameOf(FieldInfo field) => PropertyOf(field)?.Name ?? field.Name;

    /// <summary>Whether the app excluded a field, or the property that it serves, from what is serialized.</summary>
    public static bool IsExcluded(FieldInfo field) =>
        (field.Attributes & NotSerialized) != 0 || IsIgnored(field) || (PropertyOf(field) is { } property && IsIgnored(property));

    /// <summary>
    /// Whether an object of exactly this type never changes, so that several readers may share it. False where it is not certain.
    /// </summary>
    public static bool IsImmutable(Type type) => s_immutable.TryGetValue(type, out var known) ? known : s_immutable[type] = IsImmutable(type, []);

    private static bool IsImmutable(Type type, HashSet<Type> entered)
    {
        if (type.IsPrimitive || type.IsEnum || s_immutableLeaves.Contains(type)) return true;
        if (type.IsArray || type.IsPointer || typeof(Delegate).IsAssignableFrom(type)) return false;
        if (type.Namespace == typeof(ImmutableArray).Namespace && type.IsGenericType && !type.IsInterface)
            return typeof(IEnumerable).IsAssignableFrom(type) && type.GetGenericArguments().All(a => IsImmutable(a, entered));
        if (typeof(IEnumerable).IsAssignableFrom(type) || (IsOfFramework(type) && !IsComposite(type))) return false;
        if (!entered.Add(type)) return true;
        return FieldsOf(type).All(f => (type.IsValueType || f.IsInitOnly) && (f.FieldType.IsValueType || f.FieldType.IsSealed) && IsImmutable(f.FieldType, entered));
    }

    /// <summary>Whether a type of the framework's is nothing but its public parts.</summary>
    public static bool IsComposite(Type type) => typeof(ITuple).IsAssignableFrom(type)
        || type.Namespace == "System.Numerics"
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) || type.GetGenericTypeDefinition() == typeof(Nullable<>)));

    private static bool IsIgnored(MemberInfo member) =>
        member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always } || member.IsDefined(typeof(System.Runtime.Serialization.IgnoreDataMemberAttribute))
        || member.IsDefined(typeof(MessagePack.IgnoreMemberAttribute));

    /// <summary>Events, locks and the like: nothing that a reader could miss.</summary>
    private static bool HoldsNoState(FieldInfo field) => typeof(Delegate).IsAssignableFrom(field.FieldType)
        || field.FieldType == typeof(Lock) || typeof(Task).IsAssignableFrom(field.FieldType)
        || (field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() is var open && (open == typeof(Lazy<>) || open == typeof(WeakReference<>)));
}
