using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>TCP. A frame stands after its length in 4 bytes, big-endian.</summary>
internal sealed class TcpTransport(int maxFrameBytes, int sendBufferBytes) : IReplicaTransport
{
    /// <summary>Far above any cluster, far below what would hurt the process.</summary>
    private const int MaxAccepted = 1024;

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Task, TcpConnection?> _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private ITransportHandler? _handler;
    private int _accepted;
    private int _isDisposed;

    public ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        _handler = handler;
        _listener = Bind(listenAddress);
        Track(AcceptAsync(_listener), null);
        return ValueTask.FromResult(_listener.LocalEndPoint!.ToString()!);
    }

    public void Dial(string address, long dialId)
    {
        if (_isDisposed != 0) return;
        Track(Task.Run(() => DialAsync(address, dialId)), null);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        while (!_running.IsEmpty)
        {
            foreach (var connection in _running.Values) connection?.Close();
            await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        }

        _stopping.Dispose();
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

        var listener = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(ip, port));
            listener.Listen();
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
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

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // One caller gave up, or the process is short of handles: neither ends the listening.
                await Task.Delay(10).ConfigureAwait(false);
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            if (Interlocked.Increment(ref _accepted) > MaxAccepted)
            {
                Interlocked.Decrement(ref _accepted);
                socket.Dispose();
                continue;
            }

            Run(socket, null, () => Interlocked.Decrement(ref _accepted));
        }
    }

    private async Task DialAsync(string address, long dialId)
    {
        var reason = $"'{address}' is not host:port";
        if (Addresses.TryParse(address, out var host, out var port))
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                deadline.CancelAfter(s_connectTimeout);
                await socket.ConnectAsync(host, port, deadline.Token).ConfigureAwait(false);
                Run(socket, dialId, null);
                return;
            }
            catch (OperationCanceledException)
            {
                reason = $"{address} did not answer within {s_connectTimeout.TotalSeconds:0} s";
            }
            catch (Exception e) when (e is SocketException or ArgumentException or ObjectDisposedException)
            {
                reason = $"{address}: {e.Message}";
            }

            socket.Dispose();
        }

        if (!_stopping.IsCancellationRequested) _handler!.OnDialFailed(dialId, reason);
    }

    private void Run(Socket socket, long? dialId, Action? ended)
    {
        TcpConnection connection;
        try
        {
            connection = new TcpConnection(socket, _handler!, maxFrameBytes, sendBufferBytes);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
            ended?.Invoke();
            if (dialId is { } id) _handler!.OnDialFailed(id, e.Message);
            return;
        }

        Track(
            Task.Run(async () =>
            {
                await connection.RunAsync(dialId).ConfigureAwait(false);
                ended?.Invoke();
            }),
            connection);
    }

    private void Track(Task task, TcpConnection? connection)
    {
        _running.TryAdd(task, connection);
        task.ContinueWith(
            static (t, running) => ((ConcurrentDictionary<Task, TcpConnection?>)running!).TryRemove(t, out _),
            _running,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
