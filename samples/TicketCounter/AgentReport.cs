using PeerReplica;

namespace TicketCounter;

/// <summary>An agent's view, as one line of JSON.</summary>
internal sealed record AgentReport(
    string Agent, long Capacity, long Total, long Left, SortedDictionary<string, long> ByAgent, string ContentHash, IReadOnlyList<PeerReport> Peers, IReadOnlyList<Sale>? LastSales = null)
{
    public static async Task<AgentReport> TakeAsync(IPeerReplica replica, TicketOffice office, bool withSales)
    {
        var peers = replica.Peers.Select(p => new PeerReport(p.NodeName, p.State.ToString(), p.RoundTrip?.TotalMilliseconds, p.Behind)).ToArray();
        var hash = await replica.GetContentHashAsync();
        return new(office.Agent, office.Capacity, office.Total, office.Left, office.ByAgent, hash, peers, withSales ? [.. office.Last] : null);
    }
}
