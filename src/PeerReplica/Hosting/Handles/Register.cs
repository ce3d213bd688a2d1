using System.Diagnostics.CodeAnalysis;
using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Hosting.Handles;

internal sealed class Register<T>(ReplicaHost host, KeyedObject<UnitKey, T> inner) : Single<T>(host, inner), IRegister<T>
{
    public T? Value => TryGet(out var value) ? value : default;

    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        var record = Visible;
        value = record is null ? default : record.Value(Inner);
        return record is not null;
    }

    public void Set(T value) => Write(Inner.NewWrite(value));

    public bool Clear() => Write(Inner.NewRemoval());

    public Task SetAsync(T value, WriteConcern concern, CancellationToken cancellationToken)
    {
        Set(value);
        return Host.FlushAsync(concern, cancellationToken);
    }

    public async Task<bool> ClearAsync(WriteConcern concern, CancellationToken cancellationToken)
    {
        var existed = Clear();
        await Host.FlushAsync(concern, cancellationToken).ConfigureAwait(true);
        return existed;
    }

    public async Task<T?> GetAsync(ReadConcern concern, CancellationToken cancellationToken)
    {
        await Host.RefreshAsync(concern, cancellationToken).ConfigureAwait(true);
        return Value;
    }

    public IAsyncEnumerable<T?> WatchAsync(CancellationToken cancellationToken) => Watch(() => Value, cancellationToken);
}
