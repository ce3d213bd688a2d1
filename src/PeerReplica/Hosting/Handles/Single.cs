using System.Runtime.CompilerServices;
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

    protected async IAsyncEnumerable<T> Watch<T>(Func<T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = inner.Watch(1);
        yield return read();
        while (true)
        {
            await watcher.TakeAsync(cancellationToken).ConfigureAwait(true);
            yield return read();
        }
    }
}
