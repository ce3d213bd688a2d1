using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PeerReplica;

/// <summary>The default serialiser: JSON by System.Text.Json. Give it source-generated metadata in trimmed and ahead-of-time compiled apps. Thread-safe.</summary>
public sealed class SystemTextJsonReplicaSerializer : IReplicaSerializer
{
    private readonly JsonSerializerOptions _options;

    /// <summary>Uses the framework's default options, with metadata by reflection where the app permits it.</summary>
    public SystemTextJsonReplicaSerializer()
        : this(DefaultOptions())
    {
    }

    /// <summary>Uses the given options, and the metadata of their resolver.</summary>
    /// <param name="options">Options; they become read-only.</param>
    public SystemTextJsonReplicaSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>Uses source-generated metadata: pass the generated context's <c>Default</c>.</summary>
    /// <param name="resolver">A <c>JsonSerializerContext</c>, or several combined.</param>
    public SystemTextJsonReplicaSerializer(IJsonTypeInfoResolver resolver)
        : this(new JsonSerializerOptions { TypeInfoResolver = resolver })
    {
    }

    /// <inheritdoc/>
    public void Serialize<T>(IBufferWriter<byte> output, T value)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, value, InfoOf<T>());
    }

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, InfoOf<T>()) ?? throw new JsonException("The bytes hold a JSON null.");

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where reflection is switched off, the default options hold no metadata, and InfoOf says what to do.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static JsonSerializerOptions DefaultOptions() => JsonSerializerOptions.Default;

    private JsonTypeInfo<T> InfoOf<T>() => _options.TryGetTypeInfo(typeof(T), out var info)
        ? (JsonTypeInfo<T>)info
        : throw new NotSupportedException(
            $"There is no JSON metadata for {typeof(T)}. Pass a JsonSerializerContext that has it: UseSerializer(new SystemTextJsonReplicaSerializer(MyContext.Default)).");
}
