using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// Finds what a type would lose on its way through System.Text.Json, as far as its contract tells: before anything is
/// written. What the contract cannot tell is left to <see cref="RoundTripCheck{T}"/>. For one type.
/// </summary>
internal sealed class JsonContractCheck(JsonSerializerOptions options)
{
    private static readonly HashSet<Type> s_reversed =
        [typeof(Stack<>), typeof(ConcurrentStack<>), typeof(ConcurrentBag<>), typeof(ImmutableStack<>), typeof(IImmutableStack<>)];

    private readonly HashSet<Type> _entered = [];

    /// <summary>Why a type cannot be replicated, and what to do; null if its contract shows nothing.</summary>
    public string? FaultOf(Type type)
    {
        if (UnserializableTypes.FaultOf(type) is { } fault) return fault;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return FaultOf(underlying);
        if (!_entered.Add(type)) return null;
        var name = TypeNames.Of(type);
        if (type == typeof(object)) return "object says nothing of what is to be read back. Use the concrete type, or a base type with [JsonDerivedType].";
        if (ContractOf(type, out fault) is not { } contract) return fault;
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                if (IsReversed(type)) return $"{name} is read back in reverse order. Use a List<T> or an array.";
                if (type == typeof(ArrayList) || type == typeof(Queue) || contract.ElementType == typeof(object)) return $"{name} holds elements of type object. Use a collection of a concrete type.";
                return FaultOfOwnFields(type) ?? FaultOf(contract.ElementType!);
            case JsonTypeInfoKind.Dictionary:
                return FaultOfOwnFields(type) ?? FaultOf(contract.KeyType!) ?? FaultOf(contract.ElementType!);
            case JsonTypeInfoKind.Object:
                return FaultOfObject(contract);
            default:
                return null;
        }
    }

    private static bool IsReversed(Type type) =>
        type == typeof(Stack) || (type.IsGenericType && s_reversed.Contains(type.GetGenericTypeDefinition()));

    /// <summary>Without metadata nothing can be said; the first use says then what is missing.</summary>
    private JsonTypeInfo? ContractOf(Type type, out string? fault)
    {
        fault = null;
        try
        {
            return options.TryGetTypeInfo(type, out var contract) ? contract : null;
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            fault = $"{TypeNames.Of(type)} has no valid JSON contract: {e.Message}";
            return null;
        }
    }

    private string? FaultOfObject(JsonTypeInfo contract)
    {
        var (type, name) = (contract.Type, TypeNames.Of(contract.Type));
        if (contract.PolymorphismOptions is { } polymorphism)
        {
            foreach (var derived in polymorphism.DerivedTypes)
            {
                if (derived.TypeDiscriminator is null)
                    return $"{TypeNames.Of(derived.DerivedType)} is read back as {name}. Give it a type discriminator: [JsonDerivedType(typeof({derived.DerivedType.Name}), \"...\")].";
                if (FaultOf(derived.DerivedType) is { } fault) return fault;
            }

            if (type.IsAbstract) return null;
        }
        else if (type.IsAbstract)
        {
            return $"{name} is {(type.IsInterface ? "an interface" : "abstract")}: what was written cannot be read back. Use the concrete type, or name the derived types by [JsonDerivedType].";
        }

        if (HasNoConstructor(contract))
            return $"{name} has no constructor that can be used to read it back. Give it a public one without parameters, or mark one with [JsonConstructor].";
        if (FaultOfState(contract) is { } lost) return lost;
        foreach (var property in contract.Properties)
        {
            if (property.CustomConverter is not null || property.IsExtensionData || property.Get is null || !IsReadBack(property)) continue;
            if (FaultOf(property.PropertyType) is { } fault) return $"{name}.{property.Name}: {fault}";
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A constructor that trimming removed is not used by the serializer either.")]
    private static bool HasNoConstructor(JsonTypeInfo contract)
    {
        if (contract.Type.IsValueType || contract.CreateObject is not null || contract.Properties.Any(p => p.AssociatedParameter is not null)) return false;
        const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructors = contract.Type.GetConstructors(Instance);
        if (Array.Exists(constructors, c => c.IsDefined(typeof(JsonConstructorAttribute)))) return false;
        return constructors.Count(c => c.IsPublic) != 1;
    }

    /// <summary>A field that is written but not read back, or not written at all.</summary>
    private string? FaultOfState(JsonTypeInfo contract)
    {
        var (type, name) = (contract.Type, TypeNames.Of(contract.Type));
        var fields = Array.FindAll(TypeState.FieldsOf(type), f => !TypeState.IsExcluded(f));
        foreach (var field in fields)
        {
            if (TypeState.IsOfFramework(type) && !TypeState.IsComposite(type)) break;
            var (member, property) = ((MemberInfo?)TypeState.PropertyOf(field) ?? field, TypeState.PropertyOf(field));
            if (property is null ? !field.IsPublic : property.GetMethod is not { IsPublic: true }) continue;
            var written = contract.Properties.FirstOrDefault(p => p.AttributeProvider is MemberInfo m && m.Name == member.Name);
            if (written is null && property is null)
                return $"the public field {name}.{member.Name} is not written. Set IncludeFields in the JSON options, mark the field with [JsonInclude], or exclude it by [JsonIgnore].";
            if (written is not null && !IsReadBack(written))
                return $"{name}.{member.Name} is written but not read back. Give it init or set, mark it with [JsonInclude], make it a parameter of the [JsonConstructor], or exclude it by [JsonIgnore].";
        }

        return fields.Length == 0 || contract.Properties.Any(IsReadBack)
            ? null
            : $"nothing of {name} is written and read back. Give it properties with get and init or set, or a converter.";
    }

    private bool IsReadBack(JsonPropertyInfo property) => property.Set is not null || property.AssociatedParameter is not null || property.IsExtensionData
        || (property.ObjectCreationHandling ?? options.PreferredObjectCreationHandling) == JsonObjectCreationHandling.Populate;

    /// <summary>Fields beside the elements of a collection of the app's own: JSON has the elements only.</summary>
    private static string? FaultOfOwnFields(Type type)
    {
        if (type.IsArray || TypeState.IsOfFramework(type)) return null;
        var own = Array.Find(TypeState.FieldsOf(type), f => !TypeState.IsOfFramework(f.DeclaringType!) && !TypeState.IsExcluded(f) && IsPublic(f));
        return own is null
            ? null
            : $"{TypeNames.Of(type)}.{TypeState.NameOf(own)} is not written: of a collection JSON has the elements only. Hold the collection in a property beside the others, or write a converter.";
    }

    private static bool IsPublic(FieldInfo field) => field.IsPublic || TypeState.PropertyOf(field) is { GetMethod.IsPublic: true };
}
