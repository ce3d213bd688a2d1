using System.Text.Json.Serialization;

namespace TicketCounter;

/// <summary>An agent's view of general admission, as one line of JSON.</summary>
/// <param name="Agent">Whose view it is.</param>
/// <param name="Capacity">How many tickets there are in all.</param>
/// <param name="Total">How many are sold.</param>
/// <param name="Left">How many are not.</param>
/// <param name="ByAgent">How many each agent sold.</param>
/// <param name="ContentHash">Equal where agents hold the same.</param>
/// <param name="Peers">The other agents.</param>
/// <param name="Sold">The audit's word for what is sold.</param>
/// <param name="Held">Reserved for a while.</param>
/// <param name="Stranded">What nobody who can be reached may sell.</param>
/// <param name="Oversold">What was sold beyond everything there is: 0.</param>
/// <param name="LastSales">The latest sales, for who watches.</param>
internal sealed record AgentReport(
    string Agent, long Capacity, long Total, long Left, SortedDictionary<string, long> ByAgent, string ContentHash, IReadOnlyList<PeerReport> Peers,
    long Sold, long Held, long Stranded, long Oversold,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Sale>? LastSales = null)
{
    public static async Task<AgentReport> TakeAsync(AgentApp app, bool withSales)
    {
        var office = app.Office;
        var hash = await app.Replica.GetContentHashAsync();
        var audit = office.GetAudit();
        var capacity = office.CapacityBy(audit);
        return new(
            office.Agent, capacity, audit.Sold, capacity - audit.Sold, office.ByAgent, hash, app.Peers.Peers,
            audit.Sold, audit.Held, audit.Stranded, audit.Oversold, withSales ? [.. office.Last] : null);
    }

    /// <summary>Whether nothing is left that anyone who can be reached may still sell.</summary>
    [JsonIgnore]
    public bool IsSoldOut => Held == 0 && Sold + Stranded == Capacity;

    /// <summary>Whether another agent sees the same.</summary>
    public bool AgreesWith(AgentReport other) =>
        ContentHash == other.ContentHash && (Sold, Held, Stranded) == (other.Sold, other.Held, other.Stranded) && ByAgent.SequenceEqual(other.ByAgent);
}
