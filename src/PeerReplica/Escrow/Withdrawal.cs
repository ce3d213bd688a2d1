using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// A request to take or hold an item whose caller no longer waits. It stays in the asker's account record until the authority over the reservation has heard it. If the authority granted the request,
/// it frees the item.
/// </summary>
/// <param name="Number">Counts the asker's withdrawals, together with its requests: a later withdrawal has a higher number.</param>
/// <param name="Ticket">The request.</param>
/// <param name="Key">The reservation.</param>
internal sealed record Withdrawal(ulong Number, ulong Ticket, byte[] Key)
{
    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(3);
        output.WriteUInt(Number);
        output.WriteUInt(Ticket);
        output.WriteBinary(Key);
    }

    public static bool TryDecode(ref SpanReader reader, out Withdrawal withdrawal)
    {
        withdrawal = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3) return false;
        if (!reader.TryReadUInt(out var number) || !reader.TryReadUInt(out var ticket) || !reader.TryReadBinary(out var key)) return false;
        withdrawal = new Withdrawal(number, ticket, key.ToArray());
        return true;
    }
}
