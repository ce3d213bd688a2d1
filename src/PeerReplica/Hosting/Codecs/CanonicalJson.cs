using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// JSON for keys: values that .NET calls equal get equal bytes, as the native codecs of keys do it. 1.0m and 1.00m, both
/// zeros, all NaN, one instant with different offsets, and ticks with different kinds are each one key.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The given options, with converters for keys added. A converter that the options have already goes first.</summary>
    public static JsonSerializerOptions For(JsonSerializerOptions options)
    {
        var canonical = new JsonSerializerOptions(options);
        canonical.Converters.Add(new DecimalConverter());
        canonical.Converters.Add(new DoubleConverter());
        canonical.Converters.Add(new SingleConverter());
        canonical.Converters.Add(new HalfConverter());
        canonical.Converters.Add(new DateTimeConverter());
        canonical.Converters.Add(new DateTimeOffsetConverter());
        return canonical;
    }

    private static double ReadDouble(ref Utf8JsonReader reader) => reader.TokenType != JsonTokenType.String
        ? reader.GetDouble()
        : reader.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw new JsonException("The text is no number."),
        };

    private static bool TryWriteNamed(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value)) return false;
        writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        return true;
    }

    private sealed class DecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(NativeCodecs.Canonical(value));
    }

    private sealed class DoubleConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadDouble(ref reader);

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (!TryWriteNamed(writer, value)) writer.WriteNumberValue(NativeCodecs.Canonical(value));
        }
    }

    private sealed class SingleConverter : JsonConverter<float>
    {
        public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? (float)ReadDouble(ref reader) : reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (!TryWriteNamed(writer, value)) writer.WriteNumberValue(NativeCodecs.Canonical(value));
        }
    }

    private sealed class HalfConverter : JsonConverter<Half>
    {
        public override Half Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => (Half)ReadDouble(ref reader);

        public override void Write(Utf8JsonWriter writer, Half value, JsonSerializerOptions options)
        {
            if (!TryWriteNamed(writer, (double)value)) writer.WriteNumberValue(NativeCodecs.Canonical((float)value));
        }
    }

    private sealed class DateTimeConverter : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTime();

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) => writer.WriteStringValue(NativeCodecs.Canonical(value));
    }

    private sealed class DateTimeOffsetConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(NativeCodecs.Canonical(value));
    }
}
