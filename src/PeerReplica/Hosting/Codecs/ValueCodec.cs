using System.Buffers;
using MessagePack;

namespace PeerReplica.Hosting.Codecs;

/// <summary>
/// Turns values of one type into exactly one MessagePack value and back. Of the codecs for keys, equal keys have equal bytes.
/// Thread-safe.
/// </summary>
internal abstract class ValueCodec<T>
{
    /// <summary>The encoding's name: part of what makes two replicas' objects the same object.</summary>
    public abstract string Name { get; }

    /// <summary>Whether decoding runs no code of the user's, and so may be done on the loop.</summary>
    public virtual bool IsNative => true;

    /// <summary>Writes a value.</summary>
    /// <exception cref="ArgumentException">The value cannot be encoded; the message says why.</exception>
    /// <exception cref="ReplicaSerializationException">The user's serializer threw.</exception>
    public abstract void Encode(T value, ref MessagePackWriter output);

    /// <summary>Writes a value to a buffer that nothing else is being written to.</summary>
    /// <exception cref="ArgumentException">The value cannot be encoded; the message says why.</exception>
    /// <exception cref="ReplicaSerializationException">The user's serializer threw.</exception>
    public void Encode(T value, IBufferWriter<byte> buffer)
    {
        var output = new MessagePackWriter(buffer);
        Encode(value, ref output);
        output.Flush();
    }

    /// <summary>Reads a value that is the whole of <paramref name="bytes"/>; false when they are not one.</summary>
    public abstract bool TryDecode(ReadOnlySpan<byte> bytes, out T value);

    /// <summary>Whether <see cref="TryDecode"/> would read <paramref name="bytes"/>. A native codec allocates nothing for the answer.</summary>
    public virtual bool CanDecode(ReadOnlySpan<byte> bytes) => TryDecode(bytes, out _);
}
