using PeerReplica;

namespace TicketCounter;

/// <summary>
/// The numbered seats that this agent holds for a customer. Each is free again unless it is confirmed in time, whatever becomes of this agent. What comes of each
/// act is one line for the person at the terminal.
/// </summary>
internal sealed class Basket(IPool<string> seats)
{
    /// <summary>How long a customer has to make up their mind.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<BasketSeat> _seats = [];

    public IReadOnlyList<BasketSeat> Seats
    {
        get
        {
            lock (_gate) return [.. _seats];
        }
    }

    /// <summary>Puts a seat into the basket, or back if it is in there.</summary>
    public async Task<string> ToggleAsync(string seat)
    {
        if (Seats.FirstOrDefault(s => s.Seat == seat) is { } mine) return await EndAsync([mine], seats.CancelAsync);

        // Before asking: here the time is up rather too early than too late.
        var until = DateTimeOffset.UtcNow + TimeToLive;
        var hold = await seats.HoldAsync(seat, new() { TimeToLive = TimeToLive, Timeout = s_deadline });
        if (hold.Id is not { } id) return Wording.Of(seat, hold.Outcome);
        lock (_gate) _seats.Add(new BasketSeat(seat, id, until));
        return $"[green]{seat} is held[/] for {TimeToLive.TotalSeconds:0} s";
    }

    /// <summary>Sells what is in the basket.</summary>
    public Task<string> ConfirmAsync() => EndAsync(Seats, seats.ConfirmAsync);

    /// <summary>Puts everything back.</summary>
    public Task<string> CancelAsync() => EndAsync(Seats, seats.CancelAsync);

    /// <summary>Takes out what is free again, and says what that was; empty if nothing was.</summary>
    public string DropExpired()
    {
        lock (_gate)
        {
            var over = _seats.Where(s => s.SecondsLeft == 0).Select(s => s.Seat).ToArray();
            _seats.RemoveAll(s => Array.IndexOf(over, s.Seat) >= 0);
            return over.Length == 0 ? "" : Wording.Of(string.Join(", ", over), HoldOutcome.Expired);
        }
    }

    private async Task<string> EndAsync(IReadOnlyList<BasketSeat> chosen, Func<HoldId, TimeSpan, CancellationToken, Task<HoldOutcome>> end)
    {
        if (chosen.Count == 0) return "[yellow]the basket is empty[/]";
        var outcomes = await Task.WhenAll(chosen.Select(s => end(s.Hold, s_deadline, CancellationToken.None)));
        lock (_gate)
        {
            // Of a holder that is away nothing is known: the seat stays in the basket, to be asked for again.
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i] is not (HoldOutcome.HolderAway or HoldOutcome.NoMajority)) _seats.Remove(chosen[i]);
            }
        }

        return string.Join("; ", chosen.Zip(outcomes).GroupBy(p => p.Second, p => p.First.Seat).Select(g => Wording.Of(string.Join(", ", g), g.Key)));
    }
}
