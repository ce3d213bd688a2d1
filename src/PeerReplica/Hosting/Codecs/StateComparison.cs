using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// Compares an object with what was read back of it, by the state of both: elements of collections, fields of everything
/// else. Bytes alone do not show a loss: what is not written is not written again either. For one comparison; bounded in
/// depth and in the number of objects.
/// </summary>
/// <param name="isKey">
/// Whether a key is compared: what the app excluded by <c>[JsonIgnore]</c> counts then, and a time's kind and offset do not,
/// since .NET's equality is to be kept.
/// </param>
internal sealed class StateComparison(bool isKey)
{
    private const int MaxDepth = 32;
    private const int MaxObjects = 10_000;
    private const int MaxUnordered = 256;
    private int _objects;

    /// <summary>Whether something was met that only its bytes can tell.</summary>
    public bool MetOpaque { get; private set; }

    /// <summary>What helps against the loss that was found, if that does not depend on the serializer.</summary>
    public string? Remedy { get; private set; }

    /// <summary>What was lost, as <c>path: what</c>; null if nothing was.</summary>
    public string? Difference(object? written, object? read, string path, int depth = 0)
    {
        if (written is null || read is null) return ReferenceEquals(written, read) ? null : $"{path}: {Text(written)} was read back as {Text(read)}";
        if (++_objects > MaxObjects || depth > MaxDepth) return null;
        if (!isKey && written is JsonNode node && read is JsonNode other) return OfNodes(node, other, path);
        var type = written.GetType();
        if (written is IEnumerable && read is IEnumerable && written is not string && !IsOpaque(written))
            return OfCollections((IEnumerable)written, (IEnumerable)read, path, depth);
        if (type != read.GetType())
            return $"{path}: a {TypeNames.Of(type)} was read back as a {TypeNames.Of(read.GetType())}";
        if (IsOpaque(written))
        {
            MetOpaque = true;
            return null;
        }

        if (IsLeaf(type)) return OfLeaves(written, read, path);
        return OfFields(written, read, type, path, depth);
    }

    /// <summary>JSON itself: what the nodes say counts, not the runtime's classes that hold it.</summary>
    private static string? OfNodes(JsonNode written, JsonNode read, string path) =>
        JsonNode.DeepEquals(written, read) ? null : $"{path}: JSON was read back as other JSON";

    private string? OfLeaves(object written, object read, string path)
    {
        if (isKey ? written.Equals(read) : IsSameLeaf(written, read)) return null;
        if (written is string text && !StrictUtf8.CanEncode(text))
        {
            Remedy = "Repair the text, or store bytes.";
            return $"{path}: the text holds half of a surrogate pair, which is no Unicode";
        }

        return $"{path}: {Text(written)} was read back as {Text(read)}";
    }

    private static bool IsOpaque(object value) => value is JsonElement or JsonDocument or JsonNode
        || (value.GetType() is { IsGenericType: true } type && (type.GetGenericTypeDefinition() == typeof(Memory<>) || type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>)));

    /// <summary>Whether the type's own equality says all there is to say.</summary>
    private static bool IsLeaf(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(ReplicaId)
        || (TypeState.IsOfFramework(type) && !TypeState.IsComposite(type) && OverridesEquals(type));

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Without the method the fields are compared.")]
    private static bool OverridesEquals(Type type) =>
        type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType is { } declaring && declaring != typeof(object) && declaring != typeof(ValueType);

    private static bool IsSameLeaf(object written, object read) => (written, read) switch
    {
        (DateTime a, DateTime b) => a.Ticks == b.Ticks && a.Kind == b.Kind,
        (DateTimeOffset a, DateTimeOffset b) => a.EqualsExact(b),
        (Uri a, Uri b) => a.OriginalString == b.OriginalString,
        _ => written.Equals(read),
    };

    private static string Text(object? value)
    {
        if (value is null) return "null";
        if (!IsLeaf(value.GetType())) return $"a {TypeNames.Of(value.GetType())}";
        var culture = System.Globalization.CultureInfo.InvariantCulture;

        // With the kind, or the offset, that may be what was lost.
        var text = value is DateTime or DateTimeOffset ? ((IFormattable)value).ToString("O", culture) : Convert.ToString(value, culture) ?? "";
        return value is string ? $"a text of {text.Length:N0} characters" : text.Length > 40 ? text[..40] : text;
    }

    private string? OfFields(object written, object read, Type type, string path, int depth)
    {
        Touch(written, type);
        Touch(read, type);
        string? lost = null;
        foreach (var field in TypeState.FieldsOf(type))
        {
            if (!isKey && TypeState.IsExcluded(field)) continue;
            lost = Difference(field.GetValue(written), field.GetValue(read), $"{path}.{TypeState.NameOf(field)}", depth + 1);
            if (lost is not null) break;
        }

        // What the app calls equal is equal, unless the equality is the framework's, or made by the compiler out of the same fields.
        return lost is not null && HasOwnEquality(type) && IsEqual(written, read) ? null : lost;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Without the method the fields decide.")]
    private static bool HasOwnEquality(Type type) =>
        type.GetMethod(nameof(Equals), [typeof(object)]) is { } method && method.DeclaringType is { } declaring
        && !TypeState.IsOfFramework(declaring) && !method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static bool IsEqual(object written, object read)
    {
        try
        {
            return written.Equals(read);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Calls the public getters, so that what they compute and keep is kept in both.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A getter that trimming removed is called by nobody.")]
    private static void Touch(object value, Type type)
    {
        if (TypeState.IsOfFramework(type)) return;
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetMethod is not { IsPublic: true } getter || property.GetIndexParameters().Length > 0 || getter.IsDefined(typeof(CompilerGeneratedAttribute))) continue;
            try
            {
                property.GetValue(value);
            }
            catch (Exception)
            {
                // The app's getter threw; it kept nothing then.
            }
        }
    }

    private string? OfCollections(IEnumerable written, IEnumerable read, string path, int depth)
    {
        if (ComparerOf(written) is { } comparer && ComparerOf(read) is { } other && !IsSameComparer(comparer, other))
        {
            Remedy = "Use the default comparer, or a type or converter that keeps the comparer.";
            return $"{path}: a {TypeNames.Of(written.GetType())} was read back without its comparer {comparer.GetType().Name}";
        }

        var (a, b) = (Elements(written), Elements(read));
        if (a.Count != b.Count) return $"{path}: {a.Count:N0} elements were read back as {b.Count:N0}";
        string? lost = null;
        for (var i = 0; i < a.Count && lost is null; i++) lost = Difference(a[i], b[i], $"{path}[{i}]", depth + 1);
        if (lost is not null && IsUnordered(written.GetType()) && a.Count <= MaxUnordered
            && a.TrueForAll(x => b.Exists(y => Difference(x, y, path, depth + 1) is null)))
        {
            lost = null;
        }

        return lost ?? OfOwnFields(written, read, path, depth);
    }

    /// <summary>What a collection of the app's own has besides its elements.</summary>
    private string? OfOwnFields(object written, object read, string path, int depth)
    {
        if (written.GetType() != read.GetType() || TypeState.IsOfFramework(written.GetType()) || written is Array) return null;
        foreach (var field in TypeState.FieldsOf(written.GetType()))
        {
            if (TypeState.IsOfFramework(field.DeclaringType!) || (!isKey && TypeState.IsExcluded(field))) continue;
            if (Difference(field.GetValue(written), field.GetValue(read), $"{path}.{TypeState.NameOf(field)}", depth + 1) is { } lost) return lost;
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Without the interface the elements are compared in order.")]
    private static bool IsUnordered(Type type) => type.GetInterfaces().Any(i => i == typeof(IDictionary)
        || (i.IsGenericType && i.GetGenericTypeDefinition() is var open && (open == typeof(ISet<>) || open == typeof(IReadOnlySet<>) || open == typeof(IReadOnlyDictionary<,>))));

    private static List<object?> Elements(IEnumerable collection)
    {
        var elements = new List<object?>();
        try
        {
            foreach (var element in collection)
            {
                if (elements.Count == MaxObjects) break;
                elements.Add(element);
            }
        }
        catch (InvalidOperationException)
        {
            // An ImmutableArray that holds no array.
        }

        return elements;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Without the property the comparer is not compared; the elements are.")]
    private static object? ComparerOf(object collection)
    {
        var type = collection.GetType();
        var property = type.GetProperty("Comparer") ?? type.GetProperty("KeyComparer");
        return property?.GetIndexParameters().Length == 0 ? property.GetValue(collection) : null;
    }

    /// <summary>Ordinal comparison is what text has without a comparer.</summary>
    private static bool IsSameComparer(object a, object b) =>
        a.Equals(b) || (IsOrdinal(a) && IsOrdinal(b)) || (IsSalted(a) && IsDefault(b)) || (IsSalted(b) && IsDefault(a));

    /// <summary>Whether it is one of the MessagePack package's: the default equality, with hashes that a peer cannot choose.</summary>
    private static bool IsSalted(object comparer) => comparer.GetType().Assembly == typeof(MessagePack.MessagePackSecurity).Assembly;

    /// <summary>The framework's default comparers, and those of the package; a <c>DelegateEqualityComparer</c> is one of the app's.</summary>
    private static bool IsDefault(object comparer)
    {
        var type = comparer.GetType();
        return IsSalted(comparer) || IsOrdinal(comparer)
            || (type.Assembly == typeof(object).Assembly && type.BaseType is { IsGenericType: true } parent
                && parent.GetGenericTypeDefinition() == typeof(EqualityComparer<>) && !type.Name.StartsWith("Delegate", StringComparison.Ordinal));
    }

    private static bool IsOrdinal(object comparer) => comparer == StringComparer.Ordinal || comparer == EqualityComparer<string>.Default;
}
