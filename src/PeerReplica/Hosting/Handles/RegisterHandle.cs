using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

/// <summary>What both registers share: how they are written.</summary>
internal abstract class RegisterHandle<T>(ReplicaHost host, KeyedObject<UnitKey, T> inner) : SingleEntryHandle<T>(host, inner)
{
    public void Set(T value) => Write(Inner.NewWrite(value));

    public bool Clear() => Write(default);

    public Task SetAsync(T value, WriteConcern concern, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Set(value);
        return Host.FlushAsync(concern, cancellationToken);
    }

    public async Task<bool> ClearAsync(WriteConcern concern, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var existed = Clear();
        await Host.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return existed;
    }
}
