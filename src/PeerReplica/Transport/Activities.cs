namespace PeerReplica.Transport;

/// <summary>What a transport has under way, so that its end can wait for all of it: nothing begins after <see cref="CloseAsync"/>. Thread-safe.</summary>
internal sealed class Activities
{
    private readonly Lock _gate = new();
    private readonly HashSet<ITransportConnection> _connections = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private volatile bool _isClosed;

    public bool IsClosed => _isClosed;

    /// <summary>Counts an activity, a connection's or another, to be followed by <see cref="End"/>; false when closed.</summary>
    public bool TryBegin(ITransportConnection? connection = null)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _count++;
            if (connection is not null) _connections.Add(connection);
            return true;
        }
    }

    /// <summary>The connections that have begun and not ended.</summary>
    public ITransportConnection[] Connections()
    {
        lock (_gate) return [.. _connections];
    }

    public void End(ITransportConnection? connection = null)
    {
        lock (_gate)
        {
            if (connection is not null) _connections.Remove(connection);
            if (--_count == 0 && _isClosed) _ended.TrySetResult();
        }
    }

    /// <summary>Closes every connection; completes when the last activity has ended. Every caller gets the same task.</summary>
    public Task CloseAsync()
    {
        ITransportConnection[] open;
        lock (_gate)
        {
            _isClosed = true;
            open = [.. _connections];
            if (_count == 0) _ended.TrySetResult();
        }

        foreach (var connection in open) connection.Close();
        return _ended.Task;
    }
}
