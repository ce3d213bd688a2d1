namespace TicketCounter;

/// <summary>A peer as an agent sees it; no round trip when it is not connected.</summary>
internal sealed record PeerReport(string Name, string State, double? RttMs, long Behind);
