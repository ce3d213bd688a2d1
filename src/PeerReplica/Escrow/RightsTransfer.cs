using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>All that one account ever gave to another.</summary>
/// <param name="To">The account that may count it as its own once the account consensus has acknowledged <paramref name="Since"/>.</param>
/// <param name="Amount">How much, in sum.</param>
/// <param name="Since">The giver's record that raised it to this.</param>
internal readonly record struct RightsTransfer(ReplicaId To, long Amount, ulong Since)
{
    public static long Sum(RightsTransfer[] transfers)
    {
        var sum = 0L;
        foreach (var transfer in transfers) sum = Units.Add(sum, transfer.Amount);
        return sum;
    }

    public static bool TryDecode(ref SpanReader reader, out RightsTransfer transfer)
    {
        transfer = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3) return false;
        if (!reader.TryReadReplicaId(out var to) || !reader.TryReadInt(out var amount) || !reader.TryReadUInt(out var since) || amount is < 0 or > Units.Max) return false;
        transfer = new RightsTransfer(to, amount, since);
        return true;
    }
}
