using System.Buffers;

namespace PeerReplica;

/// <summary>
/// Turns keys and values that are not of a native type into bytes and back. Called on app threads only, never on the replication loop;
/// must be thread-safe. Every replica of a cluster must use serialisers that read each other's bytes.
/// </summary>
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
