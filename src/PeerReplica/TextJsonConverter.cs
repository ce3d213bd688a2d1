using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>Writes an id to JSON as the text of its <see cref="object.ToString"/>, as a value and as the name of a property, and reads it back.</summary>
/// <typeparam name="T">The id's type.</typeparam>
public sealed class TextJsonConverter<T> : JsonConverter<T>
    where T : struct, IParsable<T>, ISpanFormattable
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is no text, or not the text of such an id.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? Parse(reader.GetString())
            : throw new JsonException($"A {typeof(T).Name} is a JSON string; this is a {reader.TokenType}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">The name is not the text of such an id.</exception>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString()!);
    }

    private static T Parse(string? text) =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new JsonException($"'{text}' is not the text of a {typeof(T).Name}.");
}
