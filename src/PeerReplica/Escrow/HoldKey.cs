using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>A hold's id as the key of its claim.</summary>
internal static class HoldKey
{
    public static byte[] Of(HoldId hold)
    {
        var key = new FrameBuffer();
        key.WriteArrayHeader(2);
        key.WriteReplicaId(hold.Holder);
        key.WriteUInt(hold.Number);
        return key.Written.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> key, out HoldId hold)
    {
        var reader = new MessagePackReader(key);
        hold = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2 || !reader.TryReadReplicaId(out var holder) || !reader.TryReadUInt(out var number) || !reader.End) return false;
        hold = new HoldId(holder, number);
        return true;
    }
}
