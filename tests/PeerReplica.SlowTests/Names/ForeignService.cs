using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PeerReplica.SlowTests.Processes;

namespace PeerReplica.SlowTests.Names;

/// <summary>Another service at the port of a replica: it accepts, and says something of its own or nothing at all.</summary>
internal sealed class ForeignService : IDisposable
{
    private const int NetworkNamespace = 0x4000_0000;
    private readonly List<Socket> _accepted = [];
    private readonly byte[] _greeting;
    private Socket _listener = null!;
    private Exception? _failure;
    private int _count;

    /// <summary>Listens on a host.</summary>
    /// <param name="network">The hosts.</param>
    /// <param name="host">The host.</param>
    /// <param name="greeting">What it says to whoever connects; nothing when it is empty.</param>
    public ForeignService(NetworkNamespaces network, int host, string greeting)
    {
        _greeting = System.Text.Encoding.ASCII.GetBytes(greeting);

        // A socket stays in the namespace of the thread that made it; the thread ends with that.
        var thread = new Thread(() => Listen(network.Name(host), NetworkNamespaces.Address(host)));
        thread.Start();
        thread.Join();
        if (_failure is not null) throw new InvalidOperationException($"Cannot listen in {network.Name(host)}.", _failure);
        _ = AcceptAsync();
    }

    /// <summary>How often somebody connected.</summary>
    public int Connections => Volatile.Read(ref _count);

    public void Dispose()
    {
        _listener.Dispose();
        lock (_accepted) _accepted.ForEach(s => s.Dispose());
    }

    private void Listen(string networkNamespace, string address)
    {
        try
        {
            using (var handle = File.OpenHandle($"/var/run/netns/{networkNamespace}"))
            {
                if (setns((int)handle.DangerousGetHandle(), NetworkNamespace) != 0) throw new InvalidOperationException($"setns: error {Marshal.GetLastPInvokeError()}");
            }

            _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(IPAddress.Parse(address), 7400));
            _listener.Listen();
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                Interlocked.Increment(ref _count);
                lock (_accepted) _accepted.Add(socket);
                if (_greeting.Length > 0) await socket.SendAsync(_greeting);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was disposed of.
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int setns(int handle, int kind);
}
