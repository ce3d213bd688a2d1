using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>A hold's id as the key of its reservation.</summary>
internal static class HoldKey
{
    public static byte[] Of(HoldId hold)
    {
        var key = new FrameBuffer();
        var output = new MessagePackWriter(key);
        output.WriteArrayHeader(2);
        output.WriteReplicaId(hold.Holder);
        output.WriteUInt(hold.Number);
        output.Flush();
        return key.Written.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> key, out HoldId hold)
    {
        var reader = new SpanReader(key);
        hold = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2 || !reader.TryReadReplicaId(out var holder) || !reader.TryReadUInt(out var number) || !reader.End) return false;
        hold = new HoldId(holder, number);
        return true;
    }
}
