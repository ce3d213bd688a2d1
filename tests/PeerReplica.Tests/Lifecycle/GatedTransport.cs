using PeerReplica.Transport;

namespace PeerReplica.Tests.Lifecycle;

/// <summary>A transport that starts when it is told to, or fails.</summary>
internal sealed class GatedTransport(IReplicaTransport inner, Task gate) : IReplicaTransport, IAddressResolver
{
    /// <summary>Whether it was disposed of: nothing listens any more.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Thrown by the disposing.</summary>
    public Exception? DisposeFails { get; init; }

    public async ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        return await inner.StartAsync(listenAddress, handler, cancellationToken);
    }

    public void Dial(string address, long dialId) => inner.Dial(address, dialId);

    public ValueTask<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken) =>
        inner is IAddressResolver resolver ? resolver.ResolveAsync(address, cancellationToken) : ValueTask.FromResult<IReadOnlyList<string>>([address]);

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        await inner.DisposeAsync();
        if (DisposeFails is { } failure) throw failure;
    }
}
