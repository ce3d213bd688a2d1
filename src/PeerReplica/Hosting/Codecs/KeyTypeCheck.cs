using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// Finds parts of a key type whose equal values would have different bytes: keys are compared by their bytes, on every
/// replica. For one type and serializer.
/// </summary>
internal sealed class KeyTypeCheck(IReplicaSerializer serializer)
{
    private readonly HashSet<Type> _entered = [];

    /// <summary>Why a type cannot be a key, and what to do; null if nothing is found.</summary>
    public string? FaultOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return FaultOf(underlying);
        if (!_entered.Add(type) || type.IsPrimitive && type != typeof(double) && type != typeof(float) || type.IsEnum) return null;
        if (ProbeOf(type) is { } probe) return probe;
        if (type.IsArray) return FaultOf(type.GetElementType()!);
        if (type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type)) return FaultOfCollection(type);
        if (TypeState.IsOfFramework(type) && !TypeState.IsComposite(type)) return null;
        foreach (var field in TypeState.FieldsOf(type))
        {
            if (FaultOf(field.FieldType) is { } fault) return $"{TypeNames.Of(type)}.{TypeState.NameOf(field)}: {fault}";
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A type that is compared by its bytes keeps the interfaces of its collections: the serializer uses them.")]
    private string? FaultOfCollection(Type type)
    {
        Type[] all = type.IsInterface ? [type, .. type.GetInterfaces()] : type.GetInterfaces();
        if (Array.Exists(all, i => i == typeof(IDictionary) || (i.IsGenericType && IsUnordered(i.GetGenericTypeDefinition()))))
            return $"the elements of {TypeNames.Of(type)} have no order, but their bytes do: equal keys would be different ones. Use a sorted list or array.";
        var elements = Array.Find(all, i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>));
        return elements is null ? null : FaultOf(elements.GetGenericArguments()[0]);
    }

    private static bool IsUnordered(Type open) =>
        open == typeof(ISet<>) || open == typeof(IReadOnlySet<>) || open == typeof(IDictionary<,>) || open == typeof(IReadOnlyDictionary<,>);

    /// <summary>Writes two values that .NET calls equal, and compares the bytes.</summary>
    private string? ProbeOf(Type type)
    {
        if (type == typeof(decimal)) return Probe(1.0m, 1.00m);
        if (type == typeof(double)) return Probe(0.0, -0.0) ?? Probe(double.NaN, BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0001));
        if (type == typeof(float)) return Probe(0.0f, -0.0f) ?? Probe(float.NaN, BitConverter.UInt32BitsToSingle(0x7FC0_0001));
        if (type == typeof(Half)) return Probe((Half)0.0f, (Half)(-0.0f)) ?? Probe(Half.NaN, BitConverter.UInt16BitsToHalf(0x7E01));
        if (type == typeof(DateTime)) return Probe(DateTime.UnixEpoch, DateTime.SpecifyKind(DateTime.UnixEpoch, DateTimeKind.Unspecified));
        if (type == typeof(DateTimeOffset)) return Probe(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.ToOffset(TimeSpan.FromHours(1)));
        return type == typeof(Uri) ? Probe(new Uri("http://host/"), new Uri("HTTP://HOST/")) : null;
    }

    private string? Probe<T>(T one, T other)
    {
        try
        {
            var (a, b) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            serializer.Serialize(a, one);
            serializer.Serialize(b, other);
            if (a.WrittenSpan.SequenceEqual(b.WrittenSpan)) return null;
        }
        catch (Exception e)
        {
            return $"whether equal values of {TypeNames.Of(typeof(T))} have equal bytes cannot be found out: {e.Message} Use an integer or a string in the key.";
        }

        return $"values of {TypeNames.Of(typeof(T))} that are equal have different bytes: equal keys would be different ones. Use an integer or a string in the key, " +
            "or a serializer that writes equal values alike.";
    }
}
