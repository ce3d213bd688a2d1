using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class MultiValueRegister<T>(ReplicaHost host, KeyedObject<UnitKey, T> inner) : RegisterHandle<T>(host, inner), IMultiValueRegister<T>, IInspectable
{
    public IReadOnlyList<T> Values
    {
        get
        {
            var snapshots = new List<RecordSnapshot<T>>();
            var entry = Inner.Lookup(default);
            if (entry is not null) Host.Read(_ => entry.AddValues(snapshots));
            var values = new List<T>(snapshots.Count);
            foreach (var snapshot in snapshots)
            {
                if (entry!.TryReadable(snapshot, out var value)) values.Add(value);
            }

            return values;
        }
    }

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.MultiValueRegister;

    public IEnumerable<ObjectEntry> Inspect() => Values.Select(v => new ObjectEntry(null, v));

    public async Task<IReadOnlyList<T>> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await Host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return Values;
    }

    public IAsyncEnumerable<IReadOnlyList<T>> WatchAsync(WatchStart start, CancellationToken cancellationToken) => Watch(() => Values, start, cancellationToken);
}
