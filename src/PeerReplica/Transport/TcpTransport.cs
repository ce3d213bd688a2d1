using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using PeerReplica.Security;

namespace PeerReplica.Transport;

/// <summary>
/// TCP, encrypted and authenticated if there is a <see cref="ChannelSecurity"/>. A frame stands after its length in 4 bytes, big-endian. Without security it connects on this machine
/// only, unless <paramref name="allowsPlaintext"/> says otherwise. A handshake takes no thread of its own while its peer is awaited, and is reported only when it has failed or is complete.
/// </summary>
internal sealed class TcpTransport(
    int maxFrameBytes, int sendBufferBytes, ThreadStarter? start = null, ChannelSecurity? security = null, bool allowsPlaintext = false) : IReplicaTransport, IAddressResolver
{
    /// <summary>Far above any cluster, far below what would hurt the process: each has a thread.</summary>
    private const int MaxAccepted = 256;

    /// <summary>Handshakes under way: what they cost is bounded, and an honest one is over long before so many others have come after it.</summary>
    private const int MaxPending = 256;
    private const int MaxPendingPerSource = 64;

    /// <summary>For one address: an address that drops packets must not hold a seed up for long.</summary>
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a connection may go on whose certificate is not trusted any more: long enough for every link to be replaced, one at a time.</summary>
    private static readonly TimeSpan s_untrustedFor = TimeSpan.FromSeconds(30);

    /// <summary>In which time connections with this replica's own earlier certificate are replaced; nothing is wrong with them.</summary>
    private static readonly TimeSpan s_renewedWithin = TimeSpan.FromDays(1);

    private const string NoThread = "the system gives this process no further thread";

    private readonly ThreadStarter _start = start ?? BackgroundThread.TryStart;
    private readonly Activities _activities = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PendingHandshakes _pending = new(MaxPending, MaxPendingPerSource);
    private readonly AcceptedConnections _accepted = new(MaxAccepted);
    private Socket? _listener;
    private ITransportHandler? _handler;
    private int _isStopping;

    public ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handler);
        cancellationToken.ThrowIfCancellationRequested();
        if (_listener is not null) throw new InvalidOperationException("The transport has been started already.");
        ObjectDisposedException.ThrowIf(!_activities.TryBegin(), this);
        try
        {
            _listener = Bind(listenAddress);
        }
        catch
        {
            _activities.End();
            throw;
        }

        _handler = handler;
        if (security is not null) security.Changed += OnCertificatesChanged;
        ThreadPool.UnsafeQueueUserWorkItem(static t => _ = t.AcceptAsync(t._listener!), this, preferLocal: false);
        return ValueTask.FromResult(_listener.LocalEndPoint!.ToString()!);
    }

    public void Dial(string address, long dialId)
    {
        if (_handler is null) throw new InvalidOperationException("The transport has not been started.");
        if (!_activities.TryBegin() || _start($"PeerReplica to {address}", () => DialAndServe(address, dialId))) return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static d =>
            {
                d.Transport.ReportDialFailed(d.DialId, $"{d.Address}: {NoThread}");
                d.Transport._activities.End();
            },
            (Transport: this, Address: address, DialId: dialId),
            preferLocal: false);
    }

    /// <summary>
    /// Judges every open connection by the new certificates. Denied peers are cut off at once; connections with certificates that are not trusted any more, and those that this replica dialed with its
    /// own earlier certificate, are to be replaced.
    /// </summary>
    private void OnCertificatesChanged(CertificateChange change)
    {
        Notify(new(change.IsRefused ? TransportNotificationKind.CertificatesRefused : TransportNotificationKind.CertificatesReloaded, change.Detail));
        if (change.IsRefused) return;
        foreach (var connection in _activities.Connections().OfType<TcpConnection>())
        {
            try
            {
                if (connection.Channel is { } channel) Reconsider(connection, channel, change.IsOwnCertificate);
            }
            catch (Exception e) when (e is CryptographicException or ObjectDisposedException)
            {
                // It has just closed, and its certificate with it.
                connection.Abort(e.Message);
            }
        }
    }

    private void Reconsider(TcpConnection connection, AuthenticatedChannel channel, bool isOwnCertificate)
    {
        var verdict = security!.Reconsider(channel, out var reason);
        if (verdict == HandshakeVerdict.Denied)
        {
            Notify(new(TransportNotificationKind.Denied, reason, connection.RemoteAddress));
            connection.Abort(reason);
        }
        else if (verdict is not null) Expire(connection, s_untrustedFor);
        else if (isOwnCertificate) Expire(connection, s_renewedWithin);
    }

    private void Expire(TcpConnection connection, TimeSpan within)
    {
        try
        {
            _handler!.OnExpiring(connection, within);
        }
        catch (Exception)
        {
            // Foreign code; the connection ends when its time is over.
        }

        if (within == s_untrustedFor) _ = EndAsync(connection);
    }

    private async Task EndAsync(TcpConnection connection)
    {
        try
        {
            await Task.Delay(s_untrustedFor, _stopping.Token).ConfigureAwait(false);
            connection.Abort("its certificate is not trusted any more");
        }
        catch (OperationCanceledException)
        {
            // The transport is closing, and the connection with it.
        }
    }

    public ValueTask<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken) => DnsResolver.ResolveAsync(address, cancellationToken);

    /// <summary>Stops listening, closes every connection, and waits until the handler will not be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        var isFirst = Interlocked.Exchange(ref _isStopping, 1) == 0;
        if (isFirst) await _stopping.CancelAsync().ConfigureAwait(false);
        await _activities.CloseAsync().ConfigureAwait(false);
        if (!isFirst) return;
        _stopping.Dispose();
        security?.Dispose();
    }

    private static Socket Bind(string listenAddress)
    {
        if (!Addresses.TryParse(listenAddress, out var host, out var port))
            throw new TransportException($"Cannot listen at '{listenAddress}': it must be an IP address and a port, such as 0.0.0.0:7400.");
        if (!IPAddress.TryParse(host, out var ip))
        {
            if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
                throw new TransportException($"Cannot listen at '{listenAddress}': '{host}' is no IP address of this machine.");
            ip = IPAddress.Loopback;
        }

        Socket? listener = null;
        try
        {
            // A machine without IPv6 listens at all of its IPv4 addresses.
            if (ip.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6) ip = IPAddress.Any;
            listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.Equals(IPAddress.IPv6Any)) listener.DualMode = true;
            listener.Bind(new IPEndPoint(ip, port));
            listener.Listen();
            return listener;
        }
        catch (SocketException e)
        {
            listener?.Dispose();
            throw new TransportException(
                e.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"Cannot listen at {listenAddress}: the port is in use. Stop the other program, or set Listen to another port (port 0 takes a free one).",
                    SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported => $"Cannot listen at {listenAddress}: this machine has IPv6 disabled. Set Listen to an IPv4 address, or to 0.0.0.0.",
                    SocketError.AddressNotAvailable when ip.AddressFamily == AddressFamily.InterNetworkV6 => $"Cannot listen at {listenAddress}: this machine has no such address, or has IPv6 disabled. Set Listen to one of its own, or to 0.0.0.0.",
                    SocketError.AddressNotAvailable => $"Cannot listen at {listenAddress}: this machine has no such address. Set Listen to one of its own, or to 0.0.0.0.",
                    SocketError.AccessDenied => $"Cannot listen at {listenAddress}: not permitted. Choose a port above 1023, or give the process the right.",
                    _ => $"Cannot listen at {listenAddress}: {e.Message}. Check the option Listen.",
                },
                e);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (security is not null) BeginHandshake(socket);
                else if (!TryServe(socket, null, null)) socket.Dispose();
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException)
            {
                // One caller gave up, or the process is short of handles: neither ends the listening.
                await Task.Delay(10).ConfigureAwait(false);
            }
        }

        listener.Dispose();
        _activities.End();
    }

    private void BeginHandshake(Socket socket)
    {
        if (!_activities.TryBegin())
        {
            socket.Dispose();
            return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static s => _ = s.Transport.AuthenticateCallerAsync(s.Socket), (Transport: this, Socket: socket), preferLocal: false);
    }

    /// <summary>Authenticates a caller and serves it. Does not throw.</summary>
    private async Task AuthenticateCallerAsync(Socket socket)
    {
        var isGivenUp = false;
        var address = "(unknown)";
        try
        {
            address = TcpConnection.AddressOf(socket);
            var source = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
            (socket.NoDelay, socket.Blocking) = (true, false);
            AuthenticatedChannel channel;
            var stream = new SocketStream(socket) { IsAsynchronous = true };
            using (_pending.Begin(source, () =>
            {
                isGivenUp = true;
                socket.Dispose();
            }))
            {
                channel = await security!.AuthenticateAsync(stream, isDialer: false, _stopping.Token).ConfigureAwait(false);
            }

            stream.IsAsynchronous = false;
            if (!TryServe(socket, stream, channel)) socket.Dispose();
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (isGivenUp) Notify(new(TransportNotificationKind.HandshakeFailed, "it was given up for newer handshakes of its source", address));
            else if (e is HandshakeException failure) Notify(NotificationOf(failure, address, isDialed: false));
        }
        finally
        {
            _activities.End();
        }
    }

    private static TransportNotification NotificationOf(HandshakeException failure, string address, bool isDialed) => new(
        failure.Verdict switch
        {
            HandshakeVerdict.NotAuthenticated => TransportNotificationKind.NotAuthenticated,
            HandshakeVerdict.VersionMismatch => TransportNotificationKind.VersionMismatch,
            HandshakeVerdict.NotEncrypted => TransportNotificationKind.NotEncrypted,
            HandshakeVerdict.Denied => TransportNotificationKind.Denied,
            _ => TransportNotificationKind.HandshakeFailed,
        },
        failure.Message,
        address,
        isDialed);

    private void Notify(TransportNotification notice)
    {
        if (_stopping.IsCancellationRequested) return;
        try
        {
            _handler!.OnNotification(notice);
        }
        catch (Exception)
        {
            // There is no connection that could end for it.
        }
    }

    /// <summary>Gives a caller's connection a thread of its own; false when there are too many, or none can be had.</summary>
    private bool TryServe(Socket socket, SocketStream? stream, AuthenticatedChannel? channel)
    {
        if (NewConnection(socket, stream, channel, out _) is not { } connection) return false;
        if (_accepted.TryAdd(connection, out var yields))
        {
            yields?.Abort("given up for a newer connection: there are too many");
            if (_start($"PeerReplica from {connection.RemoteAddress}", () => Serve(connection, null))) return true;
            _accepted.Remove(connection);
        }

        _activities.End(connection);
        return false;
    }

    private void DialAndServe(string address, long dialId)
    {
        var connection = Connect(address, out var failure);
        if (connection is null) ReportDialFailed(dialId, failure);
        _activities.End();
        if (connection is not null) Serve(connection, dialId);
    }

    private void ReportDialFailed(long dialId, string failure)
    {
        if (_stopping.IsCancellationRequested) return;
        try
        {
            _handler!.OnDialFailed(dialId, failure);
        }
        catch (Exception)
        {
            // There is no connection that could end for it.
        }
    }

    /// <summary>Connects; otherwise says why not.</summary>
    private TcpConnection? Connect(string address, out string failure)
    {
        failure = $"'{address}' is not host:port";
        if (!Addresses.TryParse(address, out var host, out var port)) return null;
        Socket? socket = null;
        string? reason;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            // A name comes from a transport around this one; otherwise each address is dialed separately.
            IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : [.. DnsResolver.Interleave(Dns.GetHostAddressesAsync(host, _stopping.Token).GetAwaiter().GetResult())];
            if (security is null && !allowsPlaintext && Array.Find(addresses, static a => !IPAddress.IsLoopback(a)) is { } remote)
            {
                failure = $"{address}: {remote} is another machine, and this replica does not encrypt: set SharedSecret or a certificate on all instances, or AllowUnauthenticated";
                return null;
            }

            deadline.CancelAfter(s_connectTimeout * Math.Max(1, addresses.Length));
            socket = Connect(addresses, port, deadline.Token);

            // When nobody listens on a local port that is free for outgoing connections, the system may have chosen it as ours: connected to itself.
            if (socket.LocalEndPoint!.Equals(socket.RemoteEndPoint)) reason = "nobody listens there";
            else if (Authenticate(socket, out reason) is { } connection) return connection;
        }
        catch (HandshakeException e)
        {
            reason = e.Message;
            Notify(NotificationOf(e, address, isDialed: true));
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            reason = $"no answer within {s_connectTimeout.TotalSeconds:0} s";
        }
        catch (Exception e)
        {
            // Whatever it is: an attempt that is not reported as failed would be waited for without end.
            reason = e.Message;
        }

        socket?.Dispose();
        failure = $"{address}: {reason}";
        return null;
    }

    /// <summary>
    /// Connects to the first address that answers. In the system call: a socket that was ever used asynchronously wakes threads of the runtime for all that it
    /// receives from then on.
    /// </summary>
    private static Socket Connect(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                own.CancelAfter(s_connectTimeout);
                using var giveUp = own.Token.UnsafeRegister(static s => ((Socket)s!).Dispose(), socket);
                socket.Connect(addresses[i], port);
                return socket;
            }
            catch
            {
                socket.Dispose();
                if (i + 1 == addresses.Length || cancellationToken.IsCancellationRequested) throw;
            }
        }
    }

    /// <summary>The dialer's handshake, on the thread of the attempt, which waits in the system call.</summary>
    private TcpConnection? Authenticate(Socket socket, out string? reason)
    {
        if (security is null) return NewConnection(socket, null, null, out reason);
        (socket.NoDelay, socket.Blocking) = (true, false);
        var stream = new SocketStream(socket);
        var channel = security.AuthenticateAsync(stream, isDialer: true, _stopping.Token).GetAwaiter().GetResult();
        return NewConnection(socket, stream, channel, out reason);
    }

    private TcpConnection? NewConnection(Socket socket, SocketStream? stream, AuthenticatedChannel? channel, out string? reason)
    {
        try
        {
            var connection = new TcpConnection(socket, _handler!, maxFrameBytes, sendBufferBytes, _start, stream, channel);
            var isBegun = _activities.TryBegin(connection);
            reason = isBegun ? null : "the transport is closing";
            return isBegun ? connection : null;
        }
        catch (SocketException e)
        {
            // The other end has gone already.
            reason = e.Message;
            return null;
        }
    }

    private void Serve(TcpConnection connection, long? dialId) => connection.Run(dialId, () =>
    {
        if (dialId is null) _accepted.Remove(connection);
        _activities.End(connection);
    });
}
