using System.Net;
using System.Net.Sockets;

namespace PeerReplica.SlowTests.Security;

/// <summary>A stranger that holds a number of connections open without a word, and opens another one for each that is closed.</summary>
internal sealed class HeldConnections : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly int _count;
    private int _open;

    public HeldConnections(int port, int count)
    {
        _count = count;
        for (var i = 0; i < count; i++) _ = HoldAsync(port);
    }

    /// <summary>Completes once all have been open at a time, or as many as the listener keeps.</summary>
    public async Task FilledAsync()
    {
        for (var waited = 0; waited < 200 && Volatile.Read(ref _open) < _count; waited++) await Task.Delay(10);
    }

    public void Dispose() => _over.Cancel();

    private async Task HoldAsync(int port)
    {
        var buffer = new byte[256];
        while (!_over.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, _over.Token);
                Interlocked.Increment(ref _open);
                try
                {
                    while (await socket.ReceiveAsync(buffer, SocketFlags.None, _over.Token) > 0)
                    {
                    }
                }
                finally
                {
                    Interlocked.Decrement(ref _open);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Closed, refused, or over.
            }

            await Task.Delay(50);
        }
    }
}
