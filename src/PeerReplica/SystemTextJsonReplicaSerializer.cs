using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PeerReplica.Hosting.Codecs;

namespace PeerReplica;

/// <summary>
/// The default serializer: JSON by System.Text.Json. Give it source-generated metadata in trimmed and ahead-of-time
/// compiled apps. Thread-safe.
/// </summary>
/// <remarks>
/// Types that JSON would not carry faithfully are refused: at registration where the JSON contract shows it, otherwise
/// when such a value is first written. Keys are written with converters that give equal values equal bytes (1.0 and 1.00,
/// both zeros, one instant with different offsets); a converter that the given options have for such a type goes first.
/// </remarks>
public sealed class SystemTextJsonReplicaSerializer : IReplicaSerializer
{
    private static readonly JsonSerializerOptions s_default = Replicating(FrameworkOptions());
    private readonly JsonSerializerOptions _options;
    private SystemTextJsonReplicaSerializer? _forKeys;

    /// <summary>
    /// Uses the framework's default options, with metadata by reflection where the app permits it. Public fields, and so
    /// tuples, are written, and so are NaN and the infinities.
    /// </summary>
    public SystemTextJsonReplicaSerializer()
        : this(s_default)
    {
    }

    /// <summary>Uses the given options as they are, and the metadata of their resolver. Set <c>IncludeFields</c> for tuples and public fields.</summary>
    /// <param name="options">Options; they become read-only. Without a resolver they get metadata by reflection where the app permits it.</param>
    public SystemTextJsonReplicaSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        if (!options.IsReadOnly && JsonSerializer.IsReflectionEnabledByDefault) Populate(options);
    }

    /// <summary>
    /// Uses source-generated metadata: pass the generated context's <c>Default</c>. Public fields, tuples, NaN and the
    /// infinities are written as with the default options.
    /// </summary>
    /// <param name="resolver">A <c>JsonSerializerContext</c>, or several combined.</param>
    public SystemTextJsonReplicaSerializer(IJsonTypeInfoResolver resolver)
        : this(Replicating(new JsonSerializerOptions { TypeInfoResolver = resolver }))
    {
    }

    internal JsonSerializerOptions Options => _options;

    /// <inheritdoc/>
    public void Serialize<T>(IBufferWriter<byte> output, T value)
    {
        using var writer = new Utf8JsonWriter(output);
        JsonSerializer.Serialize(writer, value, InfoOf<T>());
    }

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, InfoOf<T>()) ?? throw new JsonException("The bytes hold a JSON null.");

    /// <summary>The same for keys: equal values have equal bytes.</summary>
    internal SystemTextJsonReplicaSerializer ForKeys() => _forKeys ??= new(CanonicalJson.For(_options));

    private static JsonSerializerOptions Replicating(JsonSerializerOptions options)
    {
        options.IncludeFields = true;
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        return options;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where reflection is switched off, the default options hold no metadata, and InfoOf says what to do.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static JsonSerializerOptions FrameworkOptions() => new(JsonSerializerOptions.Default);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Not called where reflection is switched off: InfoOf says what to do then.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static void Populate(JsonSerializerOptions options) => options.MakeReadOnly(populateMissingResolver: true);

    private JsonTypeInfo<T> InfoOf<T>() => _options.TryGetTypeInfo(typeof(T), out var info)
        ? (JsonTypeInfo<T>)info
        : throw new NotSupportedException(
            $"There is no JSON metadata for {typeof(T)}. Pass a JsonSerializerContext that has it: UseSerializer(new SystemTextJsonReplicaSerializer(MyContext.Default)).");
}
