using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;

namespace PeerReplica;

/// <summary>
/// Writes keys and values with the MessagePack package: smaller and faster than JSON. Types need the package's attributes (<c>[MessagePackObject]</c>,
/// <c>[Key]</c>, <c>[Union]</c>), unless the options say otherwise. Thread-safe.
/// </summary>
/// <remarks>
/// Bytes come from peers, so they are always read with <see cref="MessagePackSecurity.UntrustedData"/> or the stricter limits of the given options.
/// Typeless resolvers are refused, since with them the bytes name the type to create. Types that MessagePack would not carry faithfully are refused like
/// those of any serializer: without a formatter when the replica is created, otherwise when such a value is first written.
/// </remarks>
public sealed class MessagePackReplicaSerializer : IReplicaSerializer
{
    internal const string GeneratesCode =
        "The default resolver generates formatters at run time. In apps that are trimmed or compiled ahead of time pass options with a generated resolver.";

    private readonly MessagePackSerializerOptions _options;

    /// <summary>
    /// Uses <see cref="MessagePack.Resolvers.StandardResolver"/>: types with the package's attributes, and the framework's own. Not for apps that are trimmed or
    /// compiled ahead of time.
    /// </summary>
    [RequiresDynamicCode(GeneratesCode)]
    [RequiresUnreferencedCode(GeneratesCode)]
    public MessagePackReplicaSerializer()
        : this(MessagePackSerializerOptions.Standard)
    {
    }

    /// <summary>Uses the resolver, compression and limits of the given options.</summary>
    /// <param name="options">
    /// Options. With a generated resolver the serializer works in apps that are trimmed or compiled ahead of time. With
    /// <see cref="MessagePack.Resolvers.ContractlessStandardResolver"/> types need no attributes; members are then written by name. Security settings for trusted data
    /// are replaced with those for untrusted data.
    /// </param>
    /// <exception cref="ArgumentException">The resolver is typeless: the bytes would name the type to create.</exception>
    public MessagePackReplicaSerializer(MessagePackSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Resolver.GetFormatter<object>() is TypelessFormatter)
        {
            throw new ArgumentException(
                "The options have a typeless resolver: the bytes of a peer would name the type to create. Use a resolver that knows the types, such as " +
                "StandardResolver with attributes, ContractlessStandardResolver without, or a generated one.",
                nameof(options));
        }

        var security = options.Security == MessagePackSecurity.TrustedData
            ? MessagePackSecurity.UntrustedData
            : options.Security.WithHashCollisionResistant(true);
        _options = options.WithSecurity(security);
    }

    /// <inheritdoc/>
    public void Serialize<T>(IBufferWriter<byte> output, T value) => MessagePackSerializer.Serialize(output, value, _options);

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlySpan<byte> bytes)
    {
        // A copy of its own: what a formatter keeps of the input stays valid.
        var value = MessagePackSerializer.Deserialize<T>(bytes.ToArray(), _options, out var read);
        if (read != bytes.Length) throw new MessagePackSerializationException($"The value ends after {read:N0} of {bytes.Length:N0} bytes.");
        return value;
    }

    /// <summary>Why values of a type cannot be written, and what to do; null if there is a formatter for the type.</summary>
    internal string? FaultOf<T>()
    {
        try
        {
            _options.Resolver.GetFormatterWithVerify<T>();
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"MessagePack has no formatter for it: {(e.InnerException ?? e).Message} Mark the type with [MessagePackObject] and its members with [Key], name " +
                "derived types by [Union], or pass options with a resolver that knows the type.";
        }
    }
}
