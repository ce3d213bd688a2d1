using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// Something that a replica asks of the authority over a reservation. It stands in the asker's account record until the answer is seen in the reservation. It is about one version of
/// the reservation, and is granted of that one only: so it has one effect, also where a successor finds what another authority has granted long since.
/// </summary>
/// <param name="Ticket">Counts the asker's requests.</param>
/// <param name="Key">The reservation.</param>
/// <param name="Verb">What is asked.</param>
/// <param name="Holder">Of a pool's item: whose hold it is about.</param>
/// <param name="Number">And which.</param>
/// <param name="Milliseconds">For how long to hold.</param>
/// <param name="Seen">The reservation's version that it is about; 0 when nothing was decided about it yet.</param>
/// <param name="Wait">
/// For how many milliseconds the caller still waits, counted from the first publication; 0: without end. The authority counts from the arrival on its own clock, and then grants no longer.
/// </param>
internal sealed record ReservationRequest(ulong Ticket, byte[] Key, ReservationVerb Verb, ReplicaId Holder, ulong Number, long Milliseconds, ulong Seen, long Wait)
{
    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(8);
        output.WriteUInt(Ticket);
        output.WriteBinary(Key);
        output.WriteUInt((ulong)Verb);
        output.WriteReplicaId(Holder);
        output.WriteUInt(Number);
        output.WriteInt(Milliseconds);
        output.WriteUInt(Seen);
        output.WriteInt(Wait);
    }

    public static bool TryDecode(ref SpanReader reader, out ReservationRequest request)
    {
        request = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 8) return false;
        if (!reader.TryReadUInt(out var ticket) || !reader.TryReadBinary(out var key) || !reader.TryReadUInt(out var verb)) return false;
        if (!reader.TryReadReplicaId(out var holder) || !reader.TryReadUInt(out var number) || !reader.TryReadInt(out var milliseconds)) return false;
        if (!reader.TryReadUInt(out var seen) || !reader.TryReadInt(out var wait) || wait < 0) return false;
        if (verb > byte.MaxValue || milliseconds < 0) return false;
        request = new ReservationRequest(ticket, key.ToArray(), (ReservationVerb)verb, holder, number, milliseconds, seen, wait);
        return true;
    }
}
