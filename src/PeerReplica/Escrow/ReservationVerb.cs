namespace PeerReplica.Escrow;

/// <summary>What is asked of the authority over a reservation. The numbers are part of the wire format.</summary>
internal enum ReservationVerb : byte
{
    Take = 1,
    Hold = 2,
    Confirm = 3,
    Cancel = 4,
    Return = 5,
}
