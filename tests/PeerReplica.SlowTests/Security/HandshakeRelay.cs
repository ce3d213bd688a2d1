using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using PeerReplica.Tests.Security;

namespace PeerReplica.SlowTests.Security;

/// <summary>A man in the middle: ends TLS towards both sides and passes frames on.</summary>
internal static class HandshakeRelay
{
    /// <summary>Relays one connection after the other to a port, until it is told to stop. Returns how many it relayed to their end.</summary>
    public static async Task<int> RunAsync(TcpListener listener, int port, CancellationToken over)
    {
        var relayed = 0;
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var near = await listener.AcceptTcpClientAsync(over);
                using var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, port, over);
                var (front, back) = (new RawPeer(near.GetStream()), new RawPeer(far.GetStream()));
                await Task.WhenAll(front.ListenAsync(), back.DialAsync());
                await RawPeer.RelayAsync(front, back);
                relayed++;
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException or AuthenticationException)
            {
                // The next connection.
            }
        }

        return relayed;
    }
}
