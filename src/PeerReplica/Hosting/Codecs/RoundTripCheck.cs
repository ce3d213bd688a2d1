using System.Buffers;
using System.Collections.Concurrent;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// Reads back what a serializer wrote, and refuses what did not survive. The first writes of each runtime type are
/// checked, then one at each power of two, so that the cost of a write stays what it was; and whatever holds the
/// replacement character, to which encoders turn text that is no Unicode. Thread-safe.
/// </summary>
/// <param name="serializer">The app's serializer.</param>
/// <param name="objectName">The object whose keys or values are written.</param>
/// <param name="isKey">Whether they are keys: two that are equal must have equal bytes then.</param>
internal sealed class RoundTripCheck<T>(IReplicaSerializer serializer, string objectName, bool isKey)
{
    private const int FirstWrites = 8;
    private const int MaxKnownKeys = 16;
    private static readonly bool s_hasOneType = typeof(T).IsSealed;

    private readonly ConcurrentDictionary<Type, Writes> _byType = new();
    private readonly List<(T Key, byte[] Bytes)> _known = [];
    private Writes? _last;

    private string What => isKey ? "key" : "value";

    /// <summary>Whether a write is to be checked.</summary>
    public bool IsDue(T value, ReadOnlySpan<byte> bytes)
    {
        var type = s_hasOneType ? typeof(T) : value!.GetType();
        var writes = _last;
        if (writes is null || writes.Type != type) _last = writes = _byType.GetOrAdd(type, static t => new Writes(t));
        var count = ++writes.Count;
        return count <= FirstWrites || (count & (count - 1)) == 0 || bytes.IndexOf("\uFFFD"u8) >= 0 || bytes.IndexOf("\\uFFFD"u8) >= 0;
    }

    /// <summary>Checks what was written.</summary>
    /// <exception cref="ReplicaSerializationException">It does not survive; the message names member and remedy.</exception>
    public void Run(T value, ReadOnlySpan<byte> bytes)
    {
        var read = ReadBack(value, bytes);
        var comparison = new StateComparison(isKey);
        if (comparison.Difference(value, read, TypeNames.Of(value!.GetType())) is { } lost)
            throw Refusal($"{lost}. {comparison.Remedy ?? Remedy}", null);
        if (isKey || comparison.MetOpaque)
        {
            var again = new ArrayBufferWriter<byte>();
            Serialize(again, read);
            if (!bytes.SequenceEqual(again.WrittenSpan))
                throw Refusal("read back and written again it has other bytes. Write it in one form only.", null);
        }

        if (isKey) CompareWithKnown(read, bytes);
    }

    private string Remedy => serializer is MessagePackReplicaSerializer ? MessagePackRemedy : JsonRemedy;

    private const string MessagePackRemedy =
        "Give the member a [Key] and a setter, init or a constructor parameter, name derived types by [Union], use options with a formatter that keeps " +
        "it (NativeDateTimeResolver for the kind of a DateTime), or exclude it by [IgnoreMember].";

    private const string JsonRemedy =
        "Make the member writable (init, set, [JsonInclude] or a parameter of the [JsonConstructor]), name derived types by [JsonDerivedType], " +
        "use a type or converter that keeps it, or exclude it by [JsonIgnore].";

    private T ReadBack(T value, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (serializer.Deserialize<T>(bytes) is { } read) return read;
        }
        catch (Exception e)
        {
            throw Refusal($"a {TypeNames.Of(value!.GetType())} was written but cannot be read back: {e.Message} {Remedy}", e);
        }

        throw Refusal($"a {TypeNames.Of(value!.GetType())} was read back as null. {Remedy}", null);
    }

    private void Serialize(ArrayBufferWriter<byte> output, T value)
    {
        try
        {
            serializer.Serialize(output, value);
        }
        catch (Exception e)
        {
            throw Refusal($"what was read back cannot be written: {e.Message} {Remedy}", e);
        }
    }

    /// <summary>Equal keys with different bytes would be two entries: an equality that the bytes do not follow is found by the first keys.</summary>
    private void CompareWithKnown(T key, ReadOnlySpan<byte> bytes)
    {
        lock (_known)
        {
            foreach (var (known, knownBytes) in _known)
            {
                if (bytes.SequenceEqual(knownBytes)) return;
                if (IsEqual(key, known))
                {
                    throw Refusal(
                        $"two keys that {TypeNames.Of(typeof(T))}.Equals calls equal have different bytes. Keys are compared by their bytes: bring equal keys " +
                        "into one form before they are used, or use a key type whose equality is that of its parts.",
                        null);
                }
            }

            if (_known.Count < MaxKnownKeys) _known.Add((key, bytes.ToArray()));
        }
    }

    private static bool IsEqual(T a, T b)
    {
        try
        {
            return EqualityComparer<T>.Default.Equals(a, b);
        }
        catch (Exception)
        {
            return false;
        }
    }

    private ReplicaSerializationException Refusal(string reason, Exception? inner) => new(
        objectName, $"A {What} of '{objectName}' does not survive {serializer.GetType().Name}: {reason} Nothing was published.", inner);

    private sealed class Writes(Type type)
    {
        public Type Type => type;

        /// <summary>Not exact where threads write at once, and need not be.</summary>
        public long Count;
    }
}
