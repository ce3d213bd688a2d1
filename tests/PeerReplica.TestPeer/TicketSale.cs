namespace PeerReplica.TestPeer;

/// <summary>Sells the tickets of a bounded counter, one by one, and writes each into a journal the moment it is taken: a byte for each.</summary>
internal sealed class TicketSale(IPeerReplica replica, string journal) : IDisposable
{
    public const string Tickets = "tickets";
    public const int Capacity = 10_000;
    public const int Allowance = 50;
    private const int TicksPerSecond = 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly IBoundedCounter _tickets = replica.GetBoundedCounter(Tickets);
    private readonly CancellationTokenSource _stop = new();
    private Task<long> _selling = Task.FromResult(0L);
    private long _perTick;
    private long _refused;

    /// <summary>How often nobody had a ticket for this replica in time.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Sells at most so many a second, until it is stopped. Called again, it changes the spend rate.</summary>
    public void Start(long perSecond)
    {
        var isSelling = Interlocked.Exchange(ref _perTick, (perSecond + TicksPerSecond - 1) / TicksPerSecond) > 0;
        if (!isSelling) _selling = Task.Run(SellAsync);
    }

    /// <summary>Stops selling. Returns how many were sold.</summary>
    public async Task<long> StopAsync()
    {
        await _stop.CancelAsync();
        return await _selling;
    }

    public async Task<bool> TakeAsync() => _tickets.TryTake() || await _tickets.TakeAsync(1, s_patience);

    public string Audit()
    {
        var audit = _tickets.Audit;
        return FormattableString.Invariant($"{audit.Issued} {audit.Sold} {audit.Held} {audit.Free} {audit.Stranded} {audit.IsBalanced}");
    }

    public void Dispose() => _stop.Dispose();

    private async Task<long> SellAsync()
    {
        // Without a buffer: what is written stays when this process is killed.
        using var file = new FileStream(journal, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var sold = 0L;
        while (!_stop.IsCancellationRequested)
        {
            for (var i = 0L; i < Volatile.Read(ref _perTick) && !_stop.IsCancellationRequested; i++)
            {
                if (!await TakeAsync())
                {
                    Interlocked.Increment(ref _refused);
                    break;
                }

                file.Write("."u8);
                sold++;
            }

            await Task.Delay(1000 / TicksPerSecond);
        }

        return sold;
    }
}
