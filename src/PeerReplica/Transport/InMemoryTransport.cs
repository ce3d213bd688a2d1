namespace PeerReplica.Transport;

/// <summary>One replica's place in an <see cref="InMemoryNetwork"/>.</summary>
internal sealed class InMemoryTransport(InMemoryNetwork network) : IReplicaTransport
{
    private readonly Activities _activities = new();
    private ITransportHandler? _handler;

    /// <summary>Where it listens; empty before it has started.</summary>
    public string Address { get; private set; } = "";

    public ITransportHandler Handler => _handler ?? throw new InvalidOperationException("The transport has not been started.");

    public ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handler);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(!_activities.TryBegin(), this);
        try
        {
            if (Interlocked.CompareExchange(ref _handler, handler, null) is not null)
                throw new InvalidOperationException("The transport has been started already.");
            try
            {
                Address = network.Listen(this, listenAddress);
                return ValueTask.FromResult(Address);
            }
            catch (TransportException)
            {
                _handler = null;
                throw;
            }
        }
        finally
        {
            _activities.End();
        }
    }

    public void Dial(string address, long dialId)
    {
        _ = Handler;
        if (!_activities.TryBegin()) return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static s => s.Transport.Connect(s.Address, s.DialId), (Transport: this, Address: address, DialId: dialId), preferLocal: false);
    }

    /// <summary>Stops listening, closes every connection, and waits until the handler will not be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _activities.CloseAsync().ConfigureAwait(false);
        network.StopListening(this);
    }

    /// <summary>Begins to serve one end of a new connection; false when closing.</summary>
    public bool TryServe(InMemoryConnection connection)
    {
        if (!_activities.TryBegin(connection)) return false;
        ThreadPool.UnsafeQueueUserWorkItem(static s => _ = s.Transport.ServeAsync(s.Connection), (Transport: this, Connection: connection), preferLocal: false);
        return true;
    }

    private async Task ServeAsync(InMemoryConnection connection)
    {
        await connection.RunAsync().ConfigureAwait(false);
        network.Forget(connection);
        _activities.End(connection);
    }

    private void Connect(string address, long dialId)
    {
        if (network.Connect(this, address, dialId) is { } failure && !_activities.IsClosed)
        {
            try
            {
                Handler.OnDialFailed(dialId, failure);
            }
            catch (Exception)
            {
                // There is no connection that could end for it.
            }
        }

        _activities.End();
    }
}
