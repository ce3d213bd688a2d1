using System.Buffers;

namespace PeerReplica;

/// <summary>
/// Turns keys and values that are not of a native type into bytes and back. Called on app threads only, never on the
/// replication loop; must be thread-safe. Every replica of a cluster must use serializers that read each other's bytes.
/// </summary>
/// <remarks>
/// The library checks that a serializer keeps what it is given. The first writes of each runtime type, and one at each
/// power of two, are read back and compared with the original, field by field; a value that lost something is refused with
/// a <see cref="ReplicaSerializationException"/>, and nothing is published. Keys are compared by their bytes: a key type
/// with parts whose equal values this serializer writes differently (a decimal as 1.0 and 1.00, say) is refused at
/// registration with an <see cref="ArgumentException"/>.
/// </remarks>
public interface IReplicaSerializer
{
    /// <summary>Writes <paramref name="value"/>. What it throws reaches the caller of the write, and nothing is published.</summary>
    /// <typeparam name="T">The registered type.</typeparam>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="value">The value; for keys, equal keys must yield equal bytes.</param>
    void Serialize<T>(IBufferWriter<byte> output, T value);

    /// <summary>
    /// Reads a value. What it throws reaches the reader as a <see cref="ReplicaSerializationException"/>; the entry's bytes are kept and passed on.
    /// </summary>
    /// <typeparam name="T">The registered type.</typeparam>
    /// <param name="bytes">What some replica's <see cref="Serialize"/> wrote.</param>
    T Deserialize<T>(ReadOnlySpan<byte> bytes);
}
