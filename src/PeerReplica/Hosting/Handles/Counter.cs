using System.Runtime.CompilerServices;
using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Hosting.Handles;

internal sealed class Counter(ReplicaHost host, CounterObject counter) : ICounter
{
    public string Name => counter.Identity.Name;

    public long Value => counter.Value;

    public void Add(long amount) => counter.Add(amount);

    public Task AddAsync(long amount, WriteConcern concern, CancellationToken cancellationToken)
    {
        Add(amount);
        return host.FlushAsync(concern, cancellationToken);
    }

    public async Task<long> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await host.RefreshAsync(concern, cancellationToken).ConfigureAwait(true);
        return Value;
    }

    public async IAsyncEnumerable<long> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = counter.Watchers.Add(1);
        yield return Value;
        while (true)
        {
            await watcher.TakeAsync(cancellationToken).ConfigureAwait(true);
            yield return Value;
        }
    }
}
