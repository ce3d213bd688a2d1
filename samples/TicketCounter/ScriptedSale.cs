using System.Diagnostics;
using PeerReplica;

namespace TicketCounter;

/// <summary>Sells a number of tickets, or what there is of them.</summary>
internal sealed class ScriptedSale(TicketOffice office)
{
    /// <summary>How long one sale waits for a right from another agent before it is looked at where the tickets are.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until the event is open: until as many agents as are expected have met. False when they have not within a minute.</summary>
    public async Task<bool> OpensAsync(CancellationToken ending)
    {
        var clock = Stopwatch.StartNew();
        while (office.GetAudit().Issued == 0 && clock.Elapsed < TimeSpan.FromMinutes(1)) await Task.Delay(20, ending);
        return office.GetAudit().Issued > 0;
    }

    /// <summary>Sells at a rate, or as fast as it can at 0; fewer when they are sold out.</summary>
    public async Task SellAsync(long count, double rate, CancellationToken ending)
    {
        var clock = Stopwatch.StartNew();
        for (var sold = 0L; sold < count; sold++)
        {
            if (rate > 0)
            {
                var ahead = TimeSpan.FromSeconds(sold / rate) - clock.Elapsed;
                if (ahead > TimeSpan.FromMilliseconds(1)) await Task.Delay(ahead, ending);
            }

            ending.ThrowIfCancellationRequested();
            if (!office.TrySell() && !await SellWithPatienceAsync(ending)) return;
        }
    }

    /// <summary>False when nothing has changed for as long as it is worth waiting.</summary>
    private async Task<bool> SellWithPatienceAsync(CancellationToken ending)
    {
        var quiet = Stopwatch.StartNew();
        var before = office.GetAudit();
        while (!await office.SellAsync(s_wait, ending))
        {
            var audit = office.GetAudit();
            if (audit != before) quiet.Restart();
            before = audit;
            if (quiet.Elapsed >= Patience(audit)) return false;
        }

        return true;
    }

    /// <summary>Longest for what is on its way or may be given up; less for what is with agents that are away, who may never come back; else it is sold out.</summary>
    private static TimeSpan Patience(EscrowAudit audit) => audit switch
    {
        { Held: > 0 } => Basket.TimeToLive + TimeSpan.FromSeconds(5),
        { Free: > 0 } => TimeSpan.FromSeconds(10),
        { Stranded: > 0 } => TimeSpan.FromSeconds(4),
        _ => TimeSpan.Zero,
    };
}
