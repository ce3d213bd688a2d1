using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class Counter(ReplicaHost host, CounterObject counter) : ICounter, IInspectable
{
    public string Name => counter.Identity.Name;

    public long Value => counter.Value;

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Counter;

    public ObjectSize Measure() => new(1, 0, sizeof(long));

    public IEnumerable<ObjectEntry> Inspect() => [new(null, Value)];

    public void Add(long amount) => counter.Add(amount);

    public Task AddAsync(long amount, WriteConcern concern, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Add(amount);
        return host.FlushAsync(concern, cancellationToken);
    }

    public async Task<long> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return Value;
    }

    public IAsyncEnumerable<long> WatchAsync(WatchStart start, CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => counter.Watchers.Add(1), () => Value, start, cancellationToken);
}
