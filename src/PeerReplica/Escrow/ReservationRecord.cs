using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// What the authority over a reservation decided last: a hold of a bounded counter, or an item of a pool. It counts once the account consensus has acknowledged it. Immutable.
/// </summary>
/// <param name="State">The decision.</param>
/// <param name="Amount">How many units it is about.</param>
/// <param name="Holder">Who asked for the hold, if there is or was one.</param>
/// <param name="Number">The number that it has there; 0 when there is none.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Ticket">The number that it asked under; 0 when nobody did.</param>
/// <param name="Version">Counts the decisions about this reservation, from 1.</param>
/// <param name="Answered">Earlier requests that were granted, and whose askers have not been seen to know it: the ticket of each.</param>
internal sealed record ReservationRecord(ReservationState State, long Amount, ReplicaId Holder, ulong Number, ReplicaId By, ulong Ticket, ulong Version, Mark[] Answered)
{
    /// <summary>Far beyond any that is reached; a peer that makes one up cannot bring the next to overflow.</summary>
    private const ulong MaxVersion = 1UL << 62;

    /// <summary>Whether a request was granted, by this decision or by one before it.</summary>
    public bool Answers(ReplicaId asker, ulong ticket) => (By == asker && Ticket == ticket) || Array.IndexOf(Answered, new Mark(asker, ticket)) >= 0;

    /// <summary>Of a hold: whether it is over, confirmed or not.</summary>
    public bool IsEnded => State is ReservationState.Taken or ReservationState.Canceled or ReservationState.Expired;

    /// <summary>Whether this decision is the grant of a request to take or hold.</summary>
    public bool IsGrantTo(ReplicaId asker, ulong ticket) => By == asker && Ticket == ticket && State is (ReservationState.Taken or ReservationState.Held);

    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(8);
        output.WriteUInt((ulong)State);
        output.WriteInt(Amount);
        output.WriteReplicaId(Holder);
        output.WriteUInt(Number);
        output.WriteReplicaId(By);
        output.WriteUInt(Ticket);
        output.WriteUInt(Version);
        output.WriteMarks(Answered);
    }

    /// <summary>Reads a record; null when the bytes are none.</summary>
    public static ReservationRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        if (!reader.TryReadArrayHeader(out var fields) || fields != 8) return null;
        if (!reader.TryReadUInt(out var state) || state > (ulong)ReservationState.Expired || !reader.TryReadInt(out var amount) || amount is < 0 or > Units.Max) return null;
        if (!reader.TryReadReplicaId(out var holder) || !reader.TryReadUInt(out var number) || !reader.TryReadReplicaId(out var by) || !reader.TryReadUInt(out var ticket)) return null;
        if (!reader.TryReadUInt(out var version) || version is 0 or > MaxVersion || reader.ReadMarks() is not { } answered || !reader.End) return null;
        return new ReservationRecord((ReservationState)state, amount, holder, number, by, ticket, version, answered);
    }
}
