using System.Diagnostics.CodeAnalysis;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class Register<T>(ReplicaHost host, KeyedObject<UnitKey, T> inner) : RegisterHandle<T>(host, inner), IRegister<T>, IInspectable
{
    public T? Value => TryGetValue(out var value) ? value : default;

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Register;

    public IEnumerable<ObjectEntry> Inspect() => Inner.Lookup(default) is { } entry && entry.TryGetReadable(out var value) ? [new(null, value)] : [];

    public bool TryGetValue([MaybeNullWhen(false)] out T value) => Inner.TryGet(default, out value);

    public async Task<ReadResult<T>> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await Host.RefreshAsync(concern, cancellationToken).ConfigureAwait(false);
        return TryGetValue(out var value) ? new(value) : default;
    }

    public IAsyncEnumerable<T?> WatchAsync(WatchStart start, CancellationToken cancellationToken) => Watch(() => Value, start, cancellationToken);
}
