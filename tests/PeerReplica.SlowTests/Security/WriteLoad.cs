namespace PeerReplica.SlowTests.Security;

/// <summary>Adds to a counter at each of some replicas until it is stopped.</summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Task<long>[] _writers;

    public WriteLoad(params Hosts[] hosts) => _writers = [.. hosts.Select(h => Task.Run(() => WriteAsync(h)))];

    /// <summary>How many were written.</summary>
    public async Task<long> StopAsync()
    {
        await _over.CancelAsync();
        return (await Task.WhenAll(_writers)).Sum();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<long> WriteAsync(Hosts host)
    {
        var counter = host.Replica.GetCounter("sold");
        var written = 0L;
        while (!_over.IsCancellationRequested)
        {
            counter.Add(1);
            written++;
            await Task.Delay(1);
        }

        return written;
    }
}
