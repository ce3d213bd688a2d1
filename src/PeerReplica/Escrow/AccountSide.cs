using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// The rights of one kind in an account.
/// <list type="number">
/// <item>The owner never lets its net pass the limit, nor a limit that the account consensus has not acknowledged.</item>
/// <item>What was given and granted only grows; it counts once the account consensus has acknowledged the record that says so.</item>
/// </list>
/// </summary>
/// <param name="Net">What was spent less what came back.</param>
/// <param name="Limit">How far the net may go before others are asked: what is in doubt when the owner crashes is the limit less the net.</param>
/// <param name="LimitSince">The owner's record that raised the limit to this.</param>
/// <param name="Granted">What the owner added to the total.</param>
/// <param name="GrantedSince">The owner's record that raised it to this.</param>
/// <param name="Transfers">What the owner gave to other accounts.</param>
internal sealed record AccountSide(long Net, long Limit, ulong LimitSince, long Granted, ulong GrantedSince, RightsTransfer[] Transfers)
{
    public static AccountSide Empty { get; } = new(0, 0, 0, 0, 0, []);

    public ulong Since
    {
        get
        {
            var since = Math.Max(LimitSince, GrantedSince);
            foreach (var transfer in Transfers) since = Math.Max(since, transfer.Since);
            return since;
        }
    }

    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(6);
        output.WriteInt(Net);
        output.WriteInt(Limit);
        output.WriteUInt(LimitSince);
        output.WriteInt(Granted);
        output.WriteUInt(GrantedSince);
        output.WriteTransfers(Transfers);
    }

    public static bool TryDecode(ref SpanReader reader, out AccountSide side)
    {
        side = Empty;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 6) return false;
        if (!reader.TryReadInt(out var net) || !reader.TryReadInt(out var limit) || !reader.TryReadUInt(out var limitSince)) return false;
        if (!reader.TryReadInt(out var granted) || !reader.TryReadUInt(out var grantedSince)) return false;
        if (reader.ReadList<RightsTransfer>(RightsTransfer.TryDecode) is not { } transfers || granted is < 0 or > Units.Max) return false;
        if (!Units.Admits(net) || !Units.Admits(limit)) return false;
        side = new AccountSide(net, limit, limitSince, granted, grantedSince, transfers);
        return true;
    }
}
