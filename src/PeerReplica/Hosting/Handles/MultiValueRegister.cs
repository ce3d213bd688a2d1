using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Hosting.Handles;

internal sealed class MultiValueRegister<T>(ReplicaHost host, KeyedObject<UnitKey, T> inner) : SingleValue<T>(host, inner), IMultiValueRegister<T>, IInspectable
{
    public IReadOnlyList<T> Values
    {
        get
        {
            var sights = new List<Sight<T>>();
            var entry = Inner.Lookup(default);
            if (entry is not null) Host.Read(_ => entry.AddValues(sights));
            var values = new List<T>(sights.Count);
            foreach (var sight in sights)
            {
                if (entry!.TryReadable(sight, out var value)) values.Add(value);
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

    public IAsyncEnumerable<IReadOnlyList<T>> WatchAsync(CancellationToken cancellationToken) => Watch(() => Values, cancellationToken);
}
