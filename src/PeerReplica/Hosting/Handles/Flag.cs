using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class Flag(ReplicaHost host, KeyedObject<UnitKey, UnitKey> inner) : SingleEntryHandle<UnitKey>(host, inner), IFlag, IInspectable
{
    public bool IsEnabled => Inner.IsVisible(default);

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Flag;

    public IEnumerable<ObjectEntry> Inspect() => [new(null, IsEnabled)];

    public bool Enable() => !Write(Inner.NewWrite(default));

    public bool Disable() => Write(default);

    public Task SetAsync(bool enabled, WriteConcern concern, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        if (enabled) Enable();
        else Disable();
        return Host.FlushAsync(concern, cancellationToken);
    }

    public async Task<bool> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await Host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return IsEnabled;
    }

    public IAsyncEnumerable<bool> WatchAsync(WatchStart start, CancellationToken cancellationToken) => Watch(() => IsEnabled, start, cancellationToken);
}
