using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>TCP. A frame stands after its length in 4 bytes, big-endian.</summary>
internal sealed class TcpTransport(int maxFrameBytes, int sendBufferBytes) : IReplicaTransport
{
    /// <summary>Far above any cluster, far below what would hurt the process.</summary>
    private const int MaxAccepted = 1024;

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    private readonly Activities _activities = new();
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private ITransportHandler? _handler;
    private int _accepted;
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
        Begin(static t => t.AcceptAsync(t._listener!));
        return ValueTask.FromResult(_listener.LocalEndPoint!.ToString()!);
    }

    public void Dial(string address, long dialId)
    {
        if (_handler is null) throw new InvalidOperationException("The transport has not been started.");
        if (!_activities.TryBegin()) return;
        Begin(t => t.DialAsync(address, dialId));
    }

    /// <summary>Stops listening, closes every connection, and waits until the handler will not be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        var isFirst = Interlocked.Exchange(ref _isStopping, 1) == 0;
        if (isFirst) await _stopping.CancelAsync().ConfigureAwait(false);
        await _activities.CloseAsync().ConfigureAwait(false);
        if (isFirst) _stopping.Dispose();
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
            listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
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
                    SocketError.AddressNotAvailable => $"Cannot listen at {listenAddress}: this machine has no such address. Set Listen to one of its own, or to 0.0.0.0.",
                    SocketError.AccessDenied => $"Cannot listen at {listenAddress}: not permitted. Choose a port above 1023, or give the process the right.",
                    _ => $"Cannot listen at {listenAddress}: {e.Message}. Check the option Listen.",
                },
                e);
        }
    }

    /// <summary>Never on the caller's stack, and without the caller's context, which would stay for the connection's life.</summary>
    private void Begin(Func<TcpTransport, Task> activity) =>
        ThreadPool.UnsafeQueueUserWorkItem(static s => _ = s.Activity(s.Transport), (Transport: this, Activity: activity), preferLocal: false);

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _accepted) <= MaxAccepted && TryServe(socket, null, out _)) continue;
                Interlocked.Decrement(ref _accepted);
                socket.Dispose();
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

    private async Task DialAsync(string address, long dialId)
    {
        if (await ConnectAsync(address, dialId).ConfigureAwait(false) is { } failure && !_stopping.IsCancellationRequested)
        {
            try
            {
                _handler!.OnDialFailed(dialId, failure);
            }
            catch (Exception)
            {
                // There is no connection that could end for it.
            }
        }

        _activities.End();
    }

    /// <summary>Connects and begins to serve; otherwise says why not.</summary>
    private async Task<string?> ConnectAsync(string address, long dialId)
    {
        if (!Addresses.TryParse(address, out var host, out var port)) return $"'{address}' is not host:port";
        Socket? socket = null;
        string? reason;
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            deadline.CancelAfter(s_connectTimeout);
            await socket.ConnectAsync(host, port, deadline.Token).ConfigureAwait(false);

            // When nobody listens on a local port that is free for outgoing connections, the system may have chosen it as ours: connected to itself.
            if (socket.LocalEndPoint!.Equals(socket.RemoteEndPoint)) reason = "nobody listens there";
            else if (TryServe(socket, dialId, out reason)) return null;
        }
        catch (OperationCanceledException)
        {
            reason = $"no answer within {s_connectTimeout.TotalSeconds:0} s";
        }
        catch (Exception e)
        {
            // Whatever it is: an attempt that is not reported as failed would be waited for without end.
            reason = e.Message;
        }

        socket?.Dispose();
        return $"{address}: {reason}";
    }

    private bool TryServe(Socket socket, long? dialId, out string? reason)
    {
        try
        {
            var connection = new TcpConnection(socket, _handler!, maxFrameBytes, sendBufferBytes);
            var isBegun = _activities.TryBegin(connection);
            if (isBegun) Begin(t => t.ServeAsync(connection, dialId));
            reason = isBegun ? null : "the transport is closing";
            return isBegun;
        }
        catch (SocketException e)
        {
            // The other end has gone already.
            reason = e.Message;
            return false;
        }
    }

    private async Task ServeAsync(TcpConnection connection, long? dialId)
    {
        await connection.RunAsync(dialId).ConfigureAwait(false);
        if (dialId is null) Interlocked.Decrement(ref _accepted);
        _activities.End(connection);
    }
}
