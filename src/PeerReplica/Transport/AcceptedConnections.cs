namespace PeerReplica.Transport;

/// <summary>
/// The connections that peers opened, bounded. Beyond the bound a new one takes the place of the oldest that has not sent a frame yet, or else of the oldest of the identity that has
/// the most; so neither strangers nor one peer can keep a newcomer out. Thread-safe.
/// </summary>
internal sealed class AcceptedConnections(int max)
{
    private readonly Lock _gate = new();
    private readonly List<TcpConnection> _connections = [];

    /// <summary>Adds a connection; false when there is no room and nothing gives way. <paramref name="yields"/> is to be closed.</summary>
    public bool TryAdd(TcpConnection connection, out TcpConnection? yields)
    {
        lock (_gate)
        {
            yields = null;
            if (_connections.Count >= max)
            {
                yields = _connections.Find(static c => !c.HasHeard) ?? OldestOfTheMost();
                if (yields is null) return false;
                _connections.Remove(yields);
            }

            _connections.Add(connection);
            return true;
        }
    }

    public void Remove(TcpConnection connection)
    {
        lock (_gate) _connections.Remove(connection);
    }

    private TcpConnection? OldestOfTheMost()
    {
        var most = _connections.Where(static c => c.Peer is not null).GroupBy(static c => c.Peer!.Name, StringComparer.Ordinal).MaxBy(static g => g.Count());
        return most is not null && most.Count() > 1 ? most.First() : null;
    }
}
