using System.Text.Json.Serialization;

namespace TicketCounter;

/// <summary>An agent's view, as one line of JSON.</summary>
internal sealed record AgentReport(
    string Agent, long Capacity, long Total, long Left, SortedDictionary<string, long> ByAgent, string ContentHash, IReadOnlyList<PeerReport> Peers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Sale>? LastSales = null)
{
    public static async Task<AgentReport> TakeAsync(AgentApp app, bool withSales)
    {
        var hash = await app.Replica.GetContentHashAsync();
        var office = app.Office;
        return new(office.Agent, office.Capacity, office.Total, office.Left, office.ByAgent, hash, app.Peers.Peers, withSales ? [.. office.Last] : null);
    }
}
