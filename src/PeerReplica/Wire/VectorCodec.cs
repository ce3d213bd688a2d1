using MessagePack;
using PeerReplica.Causality;

namespace PeerReplica.Wire;

/// <summary>Version vectors on the wire: an array of pairs flattened, replica id then sequence number.</summary>
internal static class VectorCodec
{
    /// <summary>A pair takes at least 19 bytes: a count that the rest of the input cannot hold allocates nothing.</summary>
    private const int MinPairBytes = ReplicaIdCodec.Bytes + 3;

    public static void WriteVector(this ref MessagePackWriter output, VersionVector vector, OriginTable origins) =>
        output.WriteVector(vector, origins, OriginRange.All);

    /// <summary>Writes the part of a vector that is in a range.</summary>
    public static void WriteVector(this ref MessagePackWriter output, VersionVector vector, OriginTable origins, OriginRange range)
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
    public static (ReplicaId Origin, ulong Sequence)[]? ReadVector(this ref SpanReader reader)
    {
        if (!reader.TryReadArrayHeader(out var count) || count % 2 != 0) return null;
        if (count / 2 > reader.Remaining / MinPairBytes) return null;
        if (count == 0) return [];
        var pairs = new (ReplicaId, ulong)[count / 2];
        for (var i = 0; i < pairs.Length; i++)
        {
            if (!reader.TryReadReplicaId(out var id) || !reader.TryReadUInt(out var sequence)) return null;
            pairs[i] = (id, sequence);
        }

        return pairs;
    }

    /// <summary>Reads a vector's pairs; null when the bytes are no vector.</summary>
    public static (ReplicaId Origin, ulong Sequence)[]? ReadVector(this ref MessagePackReader reader)
    {
        if (!reader.TryBeginArray(out var count) || count % 2 != 0) return null;
        if (count / 2 > reader.Remaining() / MinPairBytes) return null;
        (ReplicaId, ulong)[] pairs = count == 0 ? [] : new (ReplicaId, ulong)[count / 2];
        for (var i = 0; i < pairs.Length; i++)
        {
            if (!reader.TryReadReplicaId(out var id) || !reader.TryReadUInt(out var sequence)) return null;
            pairs[i] = (id, sequence);
        }

        reader.EndArray();
        return pairs;
    }
}
