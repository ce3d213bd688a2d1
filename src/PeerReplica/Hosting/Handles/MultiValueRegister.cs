using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalPlane;
using PeerReplica.Replication;

namespace PeerReplica.Hosting.Handles;

internal sealed class MultiValueRegister<T>(ReplicaHost host, KeyedObject<UnitKey, T> inner) : SingleValue<T>(host, inner), IMultiValueRegister<T>
{
    public IReadOnlyList<T> Values
    {
        get
        {
            var records = new List<ValueRecord<T>>();
            Host.Read(store => Collect(store, records));
            return records.ConvertAll(r => r.Value(Inner));
        }
    }

    public async Task<IReadOnlyList<T>> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await Host.RefreshAsync(concern, cancellationToken).ConfigureAwait(true);
        return Values;
    }

    public IAsyncEnumerable<IReadOnlyList<T>> WatchAsync(CancellationToken cancellationToken) => Watch(() => Values, cancellationToken);

    /// <summary>An unpublished write has seen all there is, and stands alone; else every live record, newest first.</summary>
    private void Collect(Store? store, List<ValueRecord<T>> records)
    {
        if (Inner.Lookup(default) is not { } entry) return;
        if (entry.HasUnpublished(out var pending))
        {
            if (pending is ValueRecord<T> { Payload: not null } write) records.Add(write);
            return;
        }

        for (Record? record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record is ValueRecord<T> { IsLive: true } live) records.Add(live);
        }

        if (store is not null) records.Sort((a, b) => Crdts.Components.IsLater(a, b, store.Origins) ? -1 : 1);
    }
}
