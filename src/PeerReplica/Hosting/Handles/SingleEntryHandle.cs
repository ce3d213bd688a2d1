using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

/// <summary>What registers and flags share: one entry.</summary>
internal abstract class SingleEntryHandle<TValue>(ReplicaHost host, KeyedObject<UnitKey, TValue> inner)
{
    public string Name => inner.Name;

    protected KeyedObject<UnitKey, TValue> Inner => inner;

    protected ReplicaHost Host => host;

    public ObjectSize Measure() => inner.Measure();

    protected bool Write(in LocalWrite<TValue> write) => inner.Write(default, write);

    protected IAsyncEnumerable<T> Watch<T>(Func<T> read, CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => inner.Watch(1), read, cancellationToken);
}
