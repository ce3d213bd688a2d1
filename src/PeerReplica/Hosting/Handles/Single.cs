using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Hosting.Handles;

/// <summary>What registers and flags share: one entry.</summary>
internal abstract class Single<TValue>(ReplicaHost host, KeyedObject<UnitKey, TValue> inner)
{
    public string Name => inner.Name;

    protected KeyedObject<UnitKey, TValue> Inner => inner;

    protected ReplicaHost Host => host;

    protected ValueRecord<TValue>? Visible => inner.Lookup(default)?.Visible();

    protected bool Write(Record record) => inner.Write(default, record);

    protected IAsyncEnumerable<T> Watch<T>(Func<T> read, CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => inner.Watch(1), read, cancellationToken);
}
