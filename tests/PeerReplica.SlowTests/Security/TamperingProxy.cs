using System.Net;
using System.Net.Sockets;

namespace PeerReplica.SlowTests.Security;

/// <summary>
/// Passes the bytes of TCP connections on to another address. The test may alter each chunk on its way, and decide what to send instead of it.
/// </summary>
internal sealed class TamperingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly CancellationTokenSource _stopping = new();

    public TamperingProxy(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>What to send instead of a chunk: its bytes, how many went that way before it, and whether it goes to the listener.</summary>
    public Func<byte[], long, bool, IEnumerable<byte[]>>? Tamper { get; set; }

    private int _connections;
    private int _ended;

    /// <summary>How many connections one end has closed.</summary>
    public int Ended => Volatile.Read(ref _ended) / 2;

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
                _ = PassAsync(near, far, true);
                _ = PassAsync(far, near, false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isToListener)
    {
        var buffer = new byte[16 << 10];
        var passed = 0L;
        try
        {
            while (await from.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token) is > 0 and var count)
            {
                var chunk = buffer.AsSpan(0, count).ToArray();
                foreach (var part in Tamper?.Invoke(chunk, passed, isToListener) ?? [chunk]) await to.SendAsync(part, SocketFlags.None, _stopping.Token);
                passed += count;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either end has closed, or the test is over.
        }

        from.Dispose();
        to.Dispose();
        Interlocked.Increment(ref _ended);
    }
}
