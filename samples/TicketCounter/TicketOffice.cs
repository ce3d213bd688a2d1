using PeerReplica;

namespace TicketCounter;

/// <summary>
/// Selling, on replicated state. What agents sold is a plain counter: two agents that sell the last seat at the same moment both succeed, so the demo sells less
/// than there is.
/// </summary>
internal sealed class TicketOffice(IPeerReplica replica, string agent, long capacity)
{
    private const int LastSales = 8;

    private readonly ICounter _sold = replica.GetCounter("tickets.sold");
    private readonly IReplicatedMap<string, long> _byRun = replica.GetMap<string, long>("tickets.byRun");
    private readonly IReplicatedMap<string, Sale> _last = replica.GetMap<string, Sale>("tickets.last");
    private readonly string _run = $"{agent}/{replica.Self.Id.ToShortString()}";
    private long _mine;

    public string Agent => agent;

    public long Capacity => capacity;

    public long Total => _sold.Value;

    public long Left => capacity - _sold.Value;

    /// <summary>Tickets sold, by agent. Each run of an agent writes an entry of its own, so no write is ever in conflict.</summary>
    public SortedDictionary<string, long> ByAgent
    {
        get
        {
            var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var (run, count) in _byRun)
            {
                var name = run[..run.LastIndexOf('/')];
                sums[name] = sums.GetValueOrDefault(name) + count;
            }

            return sums;
        }
    }

    /// <summary>The latest sales of all agents, newest first.</summary>
    public IEnumerable<Sale> Last => _last.Select(p => p.Value).OrderByDescending(s => s.At).ThenByDescending(s => s.Number).Take(LastSales);

    /// <summary>Sells one ticket; false when none is left.</summary>
    public bool TrySell()
    {
        if (Left <= 0) return false;
        _sold.Add(1);
        _byRun.Set(_run, ++_mine);
        _last.Set($"{_run}/{_mine % LastSales}", new Sale(agent, _mine, DateTimeOffset.UtcNow));
        return true;
    }
}
