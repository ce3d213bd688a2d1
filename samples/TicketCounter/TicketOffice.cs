using PeerReplica;

namespace TicketCounter;

/// <summary>
/// General admission. The bounded counter alone decides whether a ticket can be sold, so no two agents ever sell the same one; who sold how many, and the latest sales,
/// are for show and may lag behind it.
/// </summary>
internal sealed class TicketOffice(IPeerReplica replica, string agent, long capacity)
{
    private const int LastSales = 8;

    private readonly IBoundedCounter _tickets = replica.GetBoundedCounter("tickets");
    private readonly IReplicatedMap<string, long> _byRun = replica.GetMap<string, long>("tickets.byRun");
    private readonly IReplicatedMap<string, Sale> _last = replica.GetMap<string, Sale>("tickets.last");
    private readonly string _run = $"{agent}/{replica.Self.Id.ToShortString()}";
    private readonly Lock _noting = new();
    private long _mine;

    public string Agent => agent;

    /// <summary>Where all tickets are, as far as it is known here.</summary>
    public EscrowAudit GetAudit() => _tickets.GetAudit();

    /// <summary>What can be sold here without asking anyone.</summary>
    public long Here => _tickets.AvailableHere;

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

    /// <summary>How many there are in all: what was granted when the event was opened, whatever this agent was told.</summary>
    public long CapacityBy(EscrowAudit audit) => audit.Issued > 0 ? audit.Issued : capacity;

    /// <summary>Sells one ticket if this agent has the right to one in hand.</summary>
    public bool TrySell() => Noted(_tickets.TryTake());

    /// <summary>Sells one ticket, waiting for the right to one from another agent; false when none came in time.</summary>
    public async Task<bool> SellAsync(TimeSpan timeout, CancellationToken ending) => Noted(await _tickets.TakeAsync(1, timeout, ending));

    private bool Noted(bool isSold)
    {
        if (!isSold) return false;
        lock (_noting)
        {
            _byRun.Set(_run, ++_mine);
            _last.Set($"{_run}/{_mine % LastSales}", new Sale(agent, _mine, DateTimeOffset.UtcNow));
        }

        return true;
    }
}
