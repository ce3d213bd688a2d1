using PeerReplica;

namespace TicketCounter;

/// <summary>A seat that this agent holds for a customer.</summary>
internal sealed record BasketSeat(string Seat, HoldId Hold, DateTimeOffset Until)
{
    public int SecondsLeft => Math.Max(0, (int)Math.Ceiling((Until - DateTimeOffset.UtcNow).TotalSeconds));
}
