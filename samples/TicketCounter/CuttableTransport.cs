using System.Collections.Concurrent;
using PeerReplica.Transport;

namespace TicketCounter;

/// <summary>A transport that a person can cut: while it is, no connection stands and none comes about.</summary>
internal sealed class CuttableTransport(IReplicaTransport inner) : IReplicaTransport, IAddressResolver, ITransportHandler
{
    private readonly ConcurrentDictionary<ITransportConnection, bool> _open = new();
    private ITransportHandler _handler = null!;
    private volatile bool _isCut;

    public bool IsCut => _isCut;

    public void Cut()
    {
        _isCut = true;
        foreach (var connection in _open.Keys) connection.Close();
    }

    public void Restore() => _isCut = false;

    public ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken)
    {
        _handler = handler;
        return inner.StartAsync(listenAddress, this, cancellationToken);
    }

    public void Dial(string address, long dialId)
    {
        if (_isCut) Task.Run(() => _handler.OnDialFailed(dialId, "the network was cut by hand"));
        else inner.Dial(address, dialId);
    }

    /// <summary>As the inner transport does: without this, a seed name would be dialed as one address.</summary>
    public ValueTask<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken) =>
        inner is IAddressResolver resolver ? resolver.ResolveAsync(address, cancellationToken) : ValueTask.FromResult<IReadOnlyList<string>>([address]);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    public void OnOpened(ITransportConnection connection, long? dialId)
    {
        if (!_isCut && _open.TryAdd(connection, true))
        {
            _handler.OnOpened(connection, dialId);
            if (_isCut) connection.Close();
            return;
        }

        connection.Close();
        if (dialId is { } id) _handler.OnDialFailed(id, "the network was cut by hand");
    }

    public void OnDialFailed(long dialId, string reason) => _handler.OnDialFailed(dialId, reason);

    public void OnFrame(ITransportConnection connection, ReadOnlySpan<byte> frame)
    {
        if (!_isCut && _open.ContainsKey(connection)) _handler.OnFrame(connection, frame);
    }

    public void OnNotification(TransportNotification notice) => _handler.OnNotification(notice);

    public void OnExpiring(ITransportConnection connection, TimeSpan within)
    {
        if (_open.ContainsKey(connection)) _handler.OnExpiring(connection, within);
    }

    public void OnRoom(ITransportConnection connection)
    {
        if (_open.ContainsKey(connection)) _handler.OnRoom(connection);
    }

    public void OnClosed(ITransportConnection connection, string reason)
    {
        if (_open.TryRemove(connection, out _)) _handler.OnClosed(connection, reason);
    }
}
