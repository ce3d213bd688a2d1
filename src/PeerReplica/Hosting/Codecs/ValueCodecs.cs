using System.Runtime.CompilerServices;

namespace PeerReplica.Hosting.Codecs;

/// <summary>Finds the codec of a type.</summary>
internal static class ValueCodecs
{
    /// <summary>The codec of keys and elements: equal ones have equal bytes.</summary>
    /// <exception cref="ArgumentException">Keys of the type would not survive, or equal ones would have different bytes.</exception>
    public static ValueCodec<T> ForKey<T>(IReplicaSerializer serializer, string objectName)
    {
        if ((Canonical(typeof(T)) ?? Native<T>()) is ValueCodec<T> native) return native;
        Refuse<T>(serializer, objectName, "key");
        var canonical = serializer is SystemTextJsonReplicaSerializer json ? json.ForKeys() : serializer;
        if (new KeyTypeCheck(canonical).FaultOf(typeof(T)) is { } fault) throw Refusal<T>(objectName, "key", fault);
        return new SerializerCodec<T>(canonical, objectName, isKey: true);
    }

    /// <summary>The codec of values: what was written is what is read, to the last bit.</summary>
    /// <exception cref="ArgumentException">Values of the type would not survive.</exception>
    public static ValueCodec<T> For<T>(IReplicaSerializer serializer, string objectName)
    {
        if (Native<T>() is ValueCodec<T> native) return native;
        Refuse<T>(serializer, objectName, "value");
        return new SerializerCodec<T>(serializer, objectName, isKey: false);
    }

    /// <summary>Throws when a type is no data, whatever the serializer.</summary>
    public static void RefuseUnserializable<T>(string objectName, string what)
    {
        if (UnserializableTypes.FaultOf(typeof(T)) is { } fault && Native<T>() is null) throw Refusal<T>(objectName, what, fault);
    }

    private static void Refuse<T>(IReplicaSerializer serializer, string objectName, string what)
    {
        if (serializer is SystemTextJsonReplicaSerializer json && new JsonContractCheck(json.Options).FaultOf(typeof(T)) is { } fault)
            throw Refusal<T>(objectName, what, fault);
        if (serializer is MessagePackReplicaSerializer pack && pack.FaultOf<T>() is { } missing) throw Refusal<T>(objectName, what, missing);
    }

    private static ArgumentException Refusal<T>(string objectName, string what, string fault) =>
        new($"'{objectName}' cannot be registered with {what}s of type {TypeNames.Of(typeof(T))}: {fault}");

    private static object? Canonical(Type type) => type.IsEnum ? null : Type.GetTypeCode(type) switch
    {
        TypeCode.Single => NativeCodecs.SingleKey,
        TypeCode.Double => NativeCodecs.DoubleKey,
        TypeCode.Decimal => NativeCodecs.DecimalKey,
        TypeCode.DateTime => NativeCodecs.DateTimeKey,
        _ => type == typeof(DateTimeOffset) ? NativeCodecs.DateTimeOffsetKey : null,
    };

    private static object? Native<T>()
    {
        var type = typeof(T);
        if (type.IsEnum) return Enum<T>();
        if (type == typeof(string)) return NativeCodecs.String;
        if (type == typeof(byte[])) return NativeCodecs.Binary;
        if (type == typeof(Guid)) return NativeCodecs.Guid;
        if (type == typeof(ReplicaId)) return NativeCodecs.Replica;
        if (type == typeof(decimal)) return NativeCodecs.Decimal;
        if (type == typeof(TimeSpan)) return NativeCodecs.TimeSpan;
        if (type == typeof(DateTime)) return NativeCodecs.DateTime;
        if (type == typeof(DateTimeOffset)) return NativeCodecs.DateTimeOffset;
        if (type == typeof(DateOnly)) return NativeCodecs.DateOnly;
        if (type == typeof(TimeOnly)) return NativeCodecs.TimeOnly;
        return Number(type);
    }

    private static object? Number(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => NativeCodecs.Bool,
        TypeCode.Int64 => NativeCodecs.Int64,
        TypeCode.UInt64 => NativeCodecs.UInt64,
        TypeCode.Single => NativeCodecs.Single,
        TypeCode.Double => NativeCodecs.Double,
        TypeCode.SByte => NativeCodecs.Signed("int", v => v, v => (sbyte)v, sbyte.MinValue, sbyte.MaxValue),
        TypeCode.Byte => NativeCodecs.Signed("int", v => v, v => (byte)v, byte.MinValue, byte.MaxValue),
        TypeCode.Int16 => NativeCodecs.Signed("int", v => v, v => (short)v, short.MinValue, short.MaxValue),
        TypeCode.UInt16 => NativeCodecs.Signed("int", v => v, v => (ushort)v, ushort.MinValue, ushort.MaxValue),
        TypeCode.Int32 => NativeCodecs.Signed("int", v => v, v => (int)v, int.MinValue, int.MaxValue),
        TypeCode.UInt32 => NativeCodecs.Signed("int", v => v, v => (uint)v, uint.MinValue, uint.MaxValue),
        TypeCode.Char => NativeCodecs.Signed("char", v => v, v => (char)v, char.MinValue, char.MaxValue),
        _ => null,
    };

    /// <summary>Enums travel as the number beneath, in two's complement of their width.</summary>
    private static NativeCodec<T> Enum<T>() => Unsafe.SizeOf<T>() switch
    {
        1 => NativeCodecs.Signed("enum", v => Unsafe.BitCast<T, sbyte>(v), v => Unsafe.BitCast<sbyte, T>((sbyte)v), sbyte.MinValue, sbyte.MaxValue),
        2 => NativeCodecs.Signed("enum", v => Unsafe.BitCast<T, short>(v), v => Unsafe.BitCast<short, T>((short)v), short.MinValue, short.MaxValue),
        4 => NativeCodecs.Signed("enum", v => Unsafe.BitCast<T, int>(v), v => Unsafe.BitCast<int, T>((int)v), int.MinValue, int.MaxValue),
        _ => NativeCodecs.Signed("enum", v => Unsafe.BitCast<T, long>(v), v => Unsafe.BitCast<long, T>(v), long.MinValue, long.MaxValue),
    };
}
