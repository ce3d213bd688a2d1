namespace PeerReplica.Escrow;

/// <summary>What was decided about a reservation. The numbers are part of the wire format.</summary>
internal enum ReservationState : byte
{
    /// <summary>Of an item: it can be taken.</summary>
    Free = 0,

    /// <summary>Reserved until its time is over.</summary>
    Held = 1,

    /// <summary>Taken; of a hold: confirmed.</summary>
    Taken = 2,

    /// <summary>Of a hold: given up.</summary>
    Canceled = 3,

    /// <summary>Of a hold: its time was over.</summary>
    Expired = 4,
}
