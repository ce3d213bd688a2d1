namespace PeerReplica.Transport;

/// <summary>
/// A network inside the process, for tests of an app that runs several replicas: no sockets, no ports, and partitions on demand. Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Give each replica a transport of its own from <see cref="CreateTransport"/>. It listens at any <c>host:port</c> that is unique in the network, compared
/// without regard to case; nothing is resolved, except that a wildcard host such as <c>0.0.0.0</c> is the machine's name, as for TCP. Port 0 takes the next
/// free port of that host, from 1.
/// </para>
/// <para>
/// Frames arrive in order, on the thread pool, in real time. For virtual time, and for frames that are lost, repeated and late, use the simulator.
/// </para>
/// </remarks>
public sealed class InMemoryNetwork
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, InMemoryTransport> _listening = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string Low, string High)> _cuts = [];
    private readonly HashSet<string> _isolated = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<InMemoryConnection> _dialed = [];
    private readonly int _sendBufferBytes;

    /// <summary>Creates a network that nobody listens in yet.</summary>
    public InMemoryNetwork()
        : this(ReplicaTransports.SendBufferBytes + new PeerReplicaOptions().MaxFrameBytes)
    {
    }

    internal InMemoryNetwork(int sendBufferBytes) => _sendBufferBytes = sendBufferBytes;

    /// <summary>Creates a transport in this network, for one replica. It is known by the address at which it listens.</summary>
    public IReplicaTransport CreateTransport() => new InMemoryTransport(this);

    /// <summary>
    /// Closes the connections between two addresses, with all that is on its way in them, and lets every attempt to connect the two fail until
    /// <see cref="Restore"/>. The addresses need not be listened at yet.
    /// </summary>
    /// <param name="a">One listening address.</param>
    /// <param name="b">The other.</param>
    /// <exception cref="ArgumentException">An address is not of the form <c>host:port</c>.</exception>
    public void Cut(string a, string b)
    {
        var pair = PairOf(KeyOf(a, nameof(a)), KeyOf(b, nameof(b)));
        lock (_gate)
        {
            _cuts.Add(pair);
            BreakParted($"the network between {a} and {b} was cut");
        }
    }

    /// <summary>Undoes <see cref="Cut"/>. Nothing reconnects by itself: replicas dial again.</summary>
    /// <param name="a">One listening address.</param>
    /// <param name="b">The other.</param>
    /// <exception cref="ArgumentException">An address is not of the form <c>host:port</c>.</exception>
    public void Restore(string a, string b)
    {
        var pair = PairOf(KeyOf(a, nameof(a)), KeyOf(b, nameof(b)));
        lock (_gate) _cuts.Remove(pair);
    }

    /// <summary>
    /// Cuts an address off from all others, present and future, until <see cref="Rejoin"/>. Independent of <see cref="Cut"/>: either keeps two addresses
    /// apart.
    /// </summary>
    /// <param name="address">The listening address; it need not be listened at yet.</param>
    /// <exception cref="ArgumentException">The address is not of the form <c>host:port</c>.</exception>
    public void Isolate(string address)
    {
        var key = KeyOf(address, nameof(address));
        lock (_gate)
        {
            _isolated.Add(key);
            BreakParted($"{address} was isolated");
        }
    }

    /// <summary>Undoes <see cref="Isolate"/>. Nothing reconnects by itself: replicas dial again.</summary>
    /// <param name="address">The listening address.</param>
    /// <exception cref="ArgumentException">The address is not of the form <c>host:port</c>.</exception>
    public void Rejoin(string address)
    {
        var key = KeyOf(address, nameof(address));
        lock (_gate) _isolated.Remove(key);
    }

    /// <summary>Gives an address to a transport, and returns it with the port that was chosen.</summary>
    /// <exception cref="TransportException">The address is malformed or taken.</exception>
    internal string Listen(InMemoryTransport transport, string address)
    {
        if (!Addresses.TryParse(address, out _, out var port))
            throw new TransportException($"Cannot listen at '{address}': it must be host:port, such as a:0. Any host will do.");
        lock (_gate)
        {
            var host = address[..address.LastIndexOf(':')];
            var bound = port > 0 ? address : Enumerable.Range(1, ushort.MaxValue).Select(p => $"{host}:{p}").FirstOrDefault(IsFree);
            if (bound is null || !_listening.TryAdd(Addresses.Advertised(bound), transport))
                throw new TransportException($"Cannot listen at {address}: it is taken in this network. Set Listen to another address (port 0 takes a free port).");
            return bound;
        }
    }

    internal void StopListening(InMemoryTransport transport)
    {
        lock (_gate)
        {
            var key = Addresses.Advertised(transport.Address);
            if (_listening.TryGetValue(key, out var listener) && listener == transport) _listening.Remove(key);
        }
    }

    /// <summary>Connects a transport with the one that listens at an address; otherwise says why not.</summary>
    internal string? Connect(InMemoryTransport from, string address, long dialId)
    {
        if (!Addresses.TryParse(address, out _, out _)) return $"'{address}' is not host:port";
        lock (_gate)
        {
            if (!_listening.TryGetValue(Addresses.Advertised(address), out var to)) return $"{address}: nobody listens there";
            if (IsParted(from.Address, to.Address)) return $"{address}: the network is cut";
            var (near, far) = InMemoryConnection.Pair(from, to, dialId, _sendBufferBytes);
            if (!to.TryServe(far)) return $"{address}: nobody listens there";
            if (from.TryServe(near)) _dialed.Add(near);
            else near.Close();
            return null;
        }
    }

    internal void Forget(InMemoryConnection connection)
    {
        lock (_gate) _dialed.Remove(connection);
    }

    private static string KeyOf(string address, string parameter) => Addresses.TryParse(address, out _, out _)
        ? Addresses.Advertised(address)
        : throw new ArgumentException($"'{address}' is not of the form host:port.", parameter);

    private static (string Low, string High) PairOf(string a, string b)
    {
        (a, b) = (a.ToUpperInvariant(), b.ToUpperInvariant());
        return string.CompareOrdinal(a, b) <= 0 ? (a, b) : (b, a);
    }

    private bool IsFree(string address) => !_listening.ContainsKey(Addresses.Advertised(address));

    private bool IsParted(string bound1, string bound2)
    {
        var (a, b) = (Addresses.Advertised(bound1), Addresses.Advertised(bound2));
        return _cuts.Contains(PairOf(a, b)) || (!a.Equals(b, StringComparison.OrdinalIgnoreCase) && (_isolated.Contains(a) || _isolated.Contains(b)));
    }

    private void BreakParted(string reason)
    {
        foreach (var connection in _dialed)
        {
            if (!IsParted(connection.LocalAddress, connection.RemoteAddress)) continue;
            connection.Break(reason);
            connection.Other.Break(reason);
        }
    }
}
