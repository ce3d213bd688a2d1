using System.Buffers;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// Something that a replica asks of the authority over a claim. It stands in the asker's account record until the answer is seen in the claim. It is about one version of
/// the claim, and is granted of that one only: so it has one effect, also where an heir finds what another authority has granted long since.
/// </summary>
/// <param name="Ticket">Counts the asker's requests.</param>
/// <param name="Key">The claim.</param>
/// <param name="Verb">What is asked.</param>
/// <param name="Holder">Of a pool's item: whose hold it is about.</param>
/// <param name="Number">And which.</param>
/// <param name="Milliseconds">For how long to hold.</param>
/// <param name="Seen">The claim's version that it is about; 0 when nothing was decided about it yet.</param>
internal sealed record ClaimRequest(ulong Ticket, byte[] Key, ClaimVerb Verb, ReplicaId Holder, ulong Number, long Milliseconds, ulong Seen)
{
    public void Encode(IBufferWriter<byte> output)
    {
        output.WriteArrayHeader(7);
        output.WriteUInt(Ticket);
        output.WriteBinary(Key);
        output.WriteUInt((ulong)Verb);
        output.WriteReplicaId(Holder);
        output.WriteUInt(Number);
        output.WriteInt(Milliseconds);
        output.WriteUInt(Seen);
    }

    public static bool TryDecode(ref MessagePackReader reader, out ClaimRequest request)
    {
        request = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 7) return false;
        if (!reader.TryReadUInt(out var ticket) || !reader.TryReadBinary(out var key) || !reader.TryReadUInt(out var verb)) return false;
        if (!reader.TryReadReplicaId(out var holder) || !reader.TryReadUInt(out var number) || !reader.TryReadInt(out var milliseconds) || !reader.TryReadUInt(out var seen)) return false;
        if (verb > byte.MaxValue || milliseconds < 0) return false;
        request = new ClaimRequest(ticket, key.ToArray(), (ClaimVerb)verb, holder, number, milliseconds, seen);
        return true;
    }
}
