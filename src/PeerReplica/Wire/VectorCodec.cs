using System.Buffers;
using PeerReplica.Causality;

namespace PeerReplica.Wire;

/// <summary>Version vectors on the wire: an array of pairs flattened, replica id then sequence number.</summary>
internal static class VectorCodec
{
    public static void WriteVector(this IBufferWriter<byte> output, VersionVector vector, OriginTable origins) =>
        output.WriteVector(vector, origins, OriginRange.All);

    /// <summary>Writes the part of a vector that is in a range.</summary>
    public static void WriteVector(this IBufferWriter<byte> output, VersionVector vector, OriginTable origins, OriginRange range)
    {
        var count = 0;
        var end = (int)Math.Min(vector.Length, (long)range.First + range.Count);
        for (var origin = range.First; origin < end; origin++)
        {
            if (vector[origin] != 0) count++;
        }

        output.WriteArrayHeader(count * 2);
        for (var origin = range.First; origin < end; origin++)
        {
            if (vector[origin] == 0) continue;
            output.WriteReplicaId(origins[origin]);
            output.WriteUInt(vector[origin]);
        }
    }

    /// <summary>Reads a vector's pairs; null when the bytes are no vector.</summary>
    public static (ReplicaId Origin, ulong Sequence)[]? ReadVector(this ref MessagePackReader reader)
    {
        if (!reader.TryReadArrayHeader(out var count) || count % 2 != 0) return null;

        // A pair takes at least 19 bytes: a count that the rest cannot hold allocates nothing.
        if (count / 2 > reader.Remaining / (ReplicaIdCodec.Bytes + 3)) return null;
        if (count == 0) return [];
        var pairs = new (ReplicaId, ulong)[count / 2];
        for (var i = 0; i < pairs.Length; i++)
        {
            if (!reader.TryReadReplicaId(out var id) || !reader.TryReadUInt(out var sequence)) return null;
            pairs[i] = (id, sequence);
        }

        return pairs;
    }
}
