using System.Buffers.Binary;
using System.Text;
using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// The types that are encoded without a serializer. Integers are MessagePack integers of any width (a reader of a narrower type refuses what does not fit);
/// text is str; bytes are bin; Guid, decimal and UInt128-like values are bin of 16 bytes, big-endian; times are the arrays said at each.
/// </summary>
internal static class NativeCodecs
{
    public static readonly NativeCodec<bool> Bool = new("bool", (v, ref o) => o.WriteBool(v), (ref r, out v) => r.TryReadBool(out v));

    public static readonly NativeCodec<long> Int64 = new("int", (v, ref o) => o.WriteInt(v), (ref r, out v) => r.TryReadInt(out v));

    public static readonly NativeCodec<ulong> UInt64 = new("int", (v, ref o) => o.WriteUInt(v), (ref r, out v) => r.TryReadUInt(out v));

    public static readonly NativeCodec<float> Single = new("float", (v, ref o) => o.WriteSingle(v), (ref r, out v) => r.TryReadSingle(out v));

    public static readonly NativeCodec<float> SingleKey = new("float", (v, ref o) => o.WriteSingle(Canonical(v)), (ref r, out v) => r.TryReadSingle(out v));

    public static readonly NativeCodec<double> Double = new("double", (v, ref o) => o.WriteDouble(v), (ref r, out v) => r.TryReadDouble(out v));

    public static readonly NativeCodec<double> DoubleKey = new("double", (v, ref o) => o.WriteDouble(Canonical(v)), (ref r, out v) => r.TryReadDouble(out v));

    public static readonly NativeCodec<string> String = new("str", EncodeString, (ref r, out v) => r.TryReadString(out v), (ref r) => r.TryReadUtf8(out _));

    public static readonly NativeCodec<byte[]> Binary = new("bin", (v, ref o) => o.WriteBinary(v), DecodeBinary, (ref r) => r.TryReadBinary(out _));

    public static readonly NativeCodec<Guid> Guid = new("guid", EncodeGuid, DecodeGuid);

    public static readonly NativeCodec<ReplicaId> Replica = new("replica", (v, ref o) => o.WriteReplicaId(v), (ref r, out v) => r.TryReadReplicaId(out v));

    public static readonly NativeCodec<decimal> Decimal = new("decimal", EncodeDecimal, DecodeDecimal);

    public static readonly NativeCodec<decimal> DecimalKey = new("decimal", (v, ref o) => EncodeDecimal(Canonical(v), ref o), DecodeDecimal);

    public static readonly NativeCodec<TimeSpan> TimeSpan = new("timespan", (v, ref o) => o.WriteInt(v.Ticks), DecodeTimeSpan);

    /// <summary>[ticks, kind]: the kind is kept.</summary>
    public static readonly NativeCodec<DateTime> DateTime = new("datetime", EncodeDateTime, DecodeDateTime);

    /// <summary>[ticks, 0]: .NET compares the ticks only.</summary>
    public static readonly NativeCodec<DateTime> DateTimeKey = new("datetime", (v, ref o) => EncodeDateTime(Canonical(v), ref o), DecodeDateTime);

    /// <summary>[local ticks, offset in minutes]: the offset is kept.</summary>
    public static readonly NativeCodec<DateTimeOffset> DateTimeOffset = new("datetimeoffset", EncodeDateTimeOffset, DecodeDateTimeOffset);

    /// <summary>[UTC ticks, 0]: .NET compares the instants only.</summary>
    public static readonly NativeCodec<DateTimeOffset> DateTimeOffsetKey =
        new("datetimeoffset", (v, ref o) => EncodeDateTimeOffset(Canonical(v), ref o), DecodeDateTimeOffset);

    public static readonly NativeCodec<DateOnly> DateOnly = new("date", (v, ref o) => o.WriteInt(v.DayNumber), DecodeDateOnly);

    public static readonly NativeCodec<TimeOnly> TimeOnly = new("time", (v, ref o) => o.WriteInt(v.Ticks), DecodeTimeOnly);

    /// <summary>A signed integer of any width below 64 bits, or an enum of one.</summary>
    public static NativeCodec<T> Signed<T>(string name, Func<T, long> widen, Func<long, T> narrow, long min, long max) => new(
        name,
        (v, ref o) => o.WriteInt(widen(v)),
        (ref r, out v) =>
        {
            v = default!;
            if (!r.TryReadInt(out var wide) || wide < min || wide > max) return false;
            v = narrow(wide);
            return true;
        });

    // Keys that compare equal get equal bytes: one NaN, one zero. Values keep what they were given.
    public static float Canonical(float value) => float.IsNaN(value) ? float.NaN : value == 0 ? 0 : value;

    public static double Canonical(double value) => double.IsNaN(value) ? double.NaN : value == 0 ? 0 : value;

    // 1.0 and 1.00 are equal: dividing by one with the longest scale takes the trailing zeros away.
    public static decimal Canonical(decimal value) => value / 1.000000000000000000000000000000000m;

    public static DateTime Canonical(DateTime value) => System.DateTime.SpecifyKind(value, DateTimeKind.Unspecified);

    public static DateTimeOffset Canonical(DateTimeOffset value) => value.ToUniversalTime();

    private static void EncodeString(string value, ref MessagePackWriter output)
    {
        try
        {
            output.WriteText(value);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("The text holds half of a surrogate pair, which is no Unicode. Repair it, or store bytes. Nothing was published.", e);
        }
    }

    private static bool DecodeBinary(ref SpanReader reader, out byte[] value)
    {
        var ok = reader.TryReadBinary(out var bytes);
        value = ok ? bytes.ToArray() : [];
        return ok;
    }

    private static void EncodeGuid(Guid value, ref MessagePackWriter output)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        output.WriteBinary(bytes);
    }

    private static bool DecodeGuid(ref SpanReader reader, out Guid value)
    {
        var ok = reader.TryReadBinary(out var bytes) && bytes.Length == 16;
        value = ok ? new Guid(bytes, bigEndian: true) : default;
        return ok;
    }

    private static void EncodeDecimal(decimal value, ref MessagePackWriter output)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteInt32BigEndian(bytes[(i * 4)..], parts[i]);
        output.WriteBinary(bytes);
    }

    private static bool DecodeDecimal(ref SpanReader reader, out decimal value)
    {
        value = 0;
        if (!reader.TryReadBinary(out var bytes) || bytes.Length != 16) return false;
        Span<int> parts = stackalloc int[4];
        for (var i = 0; i < 4; i++) parts[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(i * 4)..]);
        if ((parts[3] & ~(unchecked((int)0x80000000) | 0x00FF0000)) != 0 || ((parts[3] >> 16) & 0xFF) > 28) return false;
        value = new decimal(parts);
        return true;
    }

    private static bool DecodeTimeSpan(ref SpanReader reader, out TimeSpan value)
    {
        var ok = reader.TryReadInt(out var ticks);
        value = new TimeSpan(ticks);
        return ok;
    }

    private static void EncodeDateTime(DateTime value, ref MessagePackWriter output)
    {
        output.WriteArrayHeader(2);
        output.WriteInt(value.Ticks);
        output.WriteInt((int)value.Kind);
    }

    private static bool DecodeDateTime(ref SpanReader reader, out DateTime value)
    {
        value = default;
        if (!reader.TryReadArrayHeader(out var count) || count != 2) return false;
        if (!reader.TryReadInt(out var ticks) || !reader.TryReadInt(out var kind)) return false;
        if (ticks < 0 || ticks > System.DateTime.MaxValue.Ticks || kind is < 0 or > 2) return false;
        value = new DateTime(ticks, (DateTimeKind)kind);
        return true;
    }

    private static void EncodeDateTimeOffset(DateTimeOffset value, ref MessagePackWriter output)
    {
        output.WriteArrayHeader(2);
        output.WriteInt(value.Ticks);
        output.WriteInt(value.TotalOffsetMinutes);
    }

    private static bool DecodeDateTimeOffset(ref SpanReader reader, out DateTimeOffset value)
    {
        value = default;
        if (!reader.TryReadArrayHeader(out var count) || count != 2) return false;
        if (!reader.TryReadInt(out var ticks) || !reader.TryReadInt(out var minutes)) return false;
        if (ticks < 0 || ticks > System.DateTime.MaxValue.Ticks || minutes is < -840 or > 840) return false;
        var utc = ticks - (minutes * System.TimeSpan.TicksPerMinute);
        if (utc < 0 || utc > System.DateTime.MaxValue.Ticks) return false;
        value = new DateTimeOffset(ticks, System.TimeSpan.FromMinutes(minutes));
        return true;
    }

    private static bool DecodeDateOnly(ref SpanReader reader, out DateOnly value)
    {
        value = default;
        if (!reader.TryReadInt(out var day) || day < 0 || day > System.DateOnly.MaxValue.DayNumber) return false;
        value = System.DateOnly.FromDayNumber((int)day);
        return true;
    }

    private static bool DecodeTimeOnly(ref SpanReader reader, out TimeOnly value)
    {
        value = default;
        if (!reader.TryReadInt(out var ticks) || ticks < 0 || ticks > System.TimeOnly.MaxValue.Ticks) return false;
        value = new TimeOnly(ticks);
        return true;
    }
}
