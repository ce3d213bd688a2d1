using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>All that a closed account ever received from an account that was open until then, or is closed with it.</summary>
/// <param name="From">The giver. What it gave beyond this never counts, and is its own again.</param>
/// <param name="Amount">How much, in sum.</param>
internal readonly record struct Receipt(ReplicaId From, long Amount)
{
    public static bool TryDecode(ref SpanReader reader, out Receipt receipt)
    {
        receipt = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2) return false;
        if (!reader.TryReadReplicaId(out var from) || !reader.TryReadInt(out var amount) || amount is < 0 or > Units.Max) return false;
        receipt = new Receipt(from, amount);
        return true;
    }
}
