using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

public sealed class TcpTransportTests : TransportConformance
{
    public override Type TransportType => typeof(TcpTransport);

    protected override string FreeAddress => "127.0.0.1:0";

    public override IReplicaTransport Create() => new TcpTransport(MaxFrameBytes, SendBufferBytes);

    [Fact]
    public async Task A_thread_that_cannot_be_started_costs_one_connection()
    {
        var refuses = true;
        await using var a = new Endpoint(new TcpTransport(MaxFrameBytes, SendBufferBytes, (name, run) => !Volatile.Read(ref refuses) && BackgroundThread.TryStart(name, run)));
        await a.StartAsync("127.0.0.1:0");
        await using var b = new Endpoint(Create());
        await b.StartAsync("127.0.0.1:0");

        a.Dial(b.Address, 7);
        var (dialId, reason) = await Endpoint.NextAsync(a.Failed);
        Assert.Equal(7, dialId);
        Assert.Contains("no further thread", reason, StringComparison.Ordinal);
        b.Dial(a.Address, 8);
        await Endpoint.NextAsync(b.Opened);
        await Endpoint.NextAsync(b.Closed);

        Volatile.Write(ref refuses, false);
        a.Dial(b.Address, 9);
        Assert.Equal(9, (await Endpoint.NextAsync(a.Opened)).DialId);
        b.Dial(a.Address, 10);
        Assert.Null((await Endpoint.NextAsync(a.Opened)).DialId);
    }

    [Fact]
    public async Task A_listener_at_all_IPv6_addresses_takes_IPv4_too_and_sees_the_plain_addresses_of_both()
    {
        await using var listener = new Endpoint(Create());
        await listener.StartAsync("[::]:0");
        var port = listener.Address[(listener.Address.LastIndexOf(':') + 1)..];
        await using var dialer = new Endpoint(Create());
        await dialer.StartAsync("127.0.0.1:0");
        foreach (var (host, dialId) in Socket.OSSupportsIPv6 ? new[] { ("127.0.0.1", 1L), ("[::1]", 2L) } : [("127.0.0.1", 1L)])
        {
            dialer.Dial($"{host}:{port}", dialId);
            Assert.Equal(dialId, (await Endpoint.NextAsync(dialer.Opened)).DialId);
            var (connection, accepted) = await Endpoint.NextAsync(listener.Opened);
            Assert.Null(accepted);

            // Peers dial the host that a connection came from: an IPv4 address in its IPv6 form would reach nobody.
            Assert.StartsWith($"{host}:", connection.RemoteAddress, StringComparison.Ordinal);
            connection.TrySend([1, 2, 3]);
            Assert.Equal([1, 2, 3], (await Endpoint.NextAsync(dialer.Frames)).Frame);
        }
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_what_to_do()
    {
        var a = await StartAsync();
        var e = await Assert.ThrowsAsync<TransportException>(() => StartAsync(a.Address));
        Assert.Contains("the port is in use", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1:0", "no such address")]
    [InlineData("example.invalid:0", "no IP address")]
    public async Task An_address_of_another_machine_cannot_be_listened_at(string address, string says)
    {
        var e = await Assert.ThrowsAsync<TransportException>(() => StartAsync(address));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_frame_brings_about_runs_on_the_thread_that_received_it_and_holds_up_no_other_frame()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        using var release = new ManualResetEventSlim();
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = false;
        b.Hook = (kind, connection) =>
        {
            if (kind != "frame" || isTaken) return;
            var thread = Environment.CurrentManagedThreadId;
            isTaken = ((IContinuingConnection)connection!).TryContinueWith(() =>
            {
                Assert.True(release.Wait(Endpoint.Guard));
                ran.SetResult(Environment.CurrentManagedThreadId == thread);
            });
        };
        a.Dial(b.Address, 1);
        var (connection, _) = await Endpoint.NextAsync(a.Opened);
        byte sent = 0;
        while (!isTaken)
        {
            Endpoint.TrySend(connection, [++sent]);
            Assert.Equal([sent], await b.NextFrameAsync());
        }

        Endpoint.TrySend(connection, [0]);
        Assert.Equal([0], await b.NextFrameAsync());
        Assert.False(ran.Task.IsCompleted);
        release.Set();
        Assert.True(await ran.Task.WaitAsync(Endpoint.Guard));
        Assert.Empty(b.Faults);
    }

    [Fact]
    public async Task A_transport_ends_while_what_a_frame_brought_about_still_runs()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        using var release = new ManualResetEventSlim();
        var isTaken = false;
        b.Hook = (kind, c) => isTaken |= kind == "frame" && ((IContinuingConnection)c!).TryContinueWith(() => release.Wait(Endpoint.Guard));
        a.Dial(b.Address, 1);
        var (connection, _) = await Endpoint.NextAsync(a.Opened);
        while (!isTaken)
        {
            Endpoint.TrySend(connection, [1]);
            await b.NextFrameAsync();
        }

        await b.DisposeAsync();
        release.Set();
    }

    [Fact]
    public async Task A_length_of_zero_closes_the_connection() => await AssertClosesAsync(new byte[4], "0 bytes");

    [Theory]
    [InlineData(MaxFrameBytes + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    public async Task A_length_that_is_not_permitted_closes_the_connection(int length)
    {
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        await AssertClosesAsync(prefix, $"{(uint)length:N0} bytes");
    }

    [Fact]
    public async Task Garbage_closes_the_connection() => await AssertClosesAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "permitted");

    [Fact]
    public async Task Half_a_frame_and_a_disconnection_is_no_frame()
    {
        var a = await StartAsync();
        using (var socket = await RawAsync(a)) await socket.SendAsync(new byte[] { 0, 0, 0, 8, 1, 2, 3, 4 });
        await Endpoint.NextAsync(a.Closed);
        Assert.Equal(["opened", "closed"], a.Log);
    }

    [Fact]
    public async Task A_reset_is_a_close()
    {
        var a = await StartAsync();
        var socket = await RawAsync(a);
        await Endpoint.NextAsync(a.Opened);
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        await Endpoint.NextAsync(a.Closed);
    }

    [Fact]
    public async Task A_frame_that_comes_byte_by_byte_arrives_whole()
    {
        var a = await StartAsync();
        using var socket = await RawAsync(a);
        socket.NoDelay = true;
        byte[] bytes = [0, 0, 0, 3, 7, 8, 9, 0, 0, 0, 1, 5];
        foreach (var one in bytes) await socket.SendAsync(new[] { one });
        Assert.Equal([7, 8, 9], await a.NextFrameAsync());
        Assert.Equal([5], await a.NextFrameAsync());
    }

    [Fact]
    public async Task A_frame_stands_after_its_length_on_the_wire()
    {
        var a = await StartAsync();
        using var socket = await RawAsync(a);
        var (connection, _) = await Endpoint.NextAsync(a.Opened);
        Assert.True(Endpoint.TrySend(connection, [7, 8, 9]));
        Endpoint.Close(connection);
        Assert.Equal([0, 0, 0, 3, 7, 8, 9], await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task A_close_does_not_reset_what_the_other_end_has_still_to_read()
    {
        var a = await StartAsync();
        a.Hook = (kind, c) =>
        {
            if (kind != "opened") return;
            Endpoint.TrySend(c!, [1]);
            Endpoint.Close(c!);
        };
        using var socket = await RawAsync(a);

        // The other end talks on, as it does while the close is on its way to it.
        for (var i = 0; i < 64; i++) await socket.SendAsync(new byte[16 << 10]);
        Assert.Equal([0, 0, 0, 1, 1], await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task A_close_does_not_wait_for_an_end_that_stays()
    {
        var a = await StartAsync();
        using var socket = await RawAsync(a);
        var (connection, _) = await Endpoint.NextAsync(a.Opened);
        FillUp(connection);
        Endpoint.Close(connection);
        Assert.Equal("closed by this replica", (await Endpoint.NextAsync(a.Closed)).Reason);
    }

    [Fact]
    public async Task What_an_end_sent_before_it_went_is_heard_though_sending_to_it_fails()
    {
        var a = await StartAsync();
        var release = Block(a, "opened");
        var socket = await RawAsync(a);
        await socket.SendAsync(new byte[] { 0, 0, 0, 1, 9 });
        socket.Shutdown(SocketShutdown.Send);
        a.Hook += (kind, c) =>
        {
            if (kind == "opened") FillUp(c!);
        };
        release.SetResult();
        Assert.Equal([9], await a.NextFrameAsync());
        await Endpoint.NextAsync(a.Closed);
        socket.Dispose();
    }

    [Fact]
    public async Task Ipv6_loopback_is_served()
    {
        if (!Socket.OSSupportsIPv6) return;
        var (a, b) = (await StartAsync("[::1]:0"), await StartAsync("[::1]:0"));
        Assert.StartsWith("[::1]:", a.Address, StringComparison.Ordinal);
        var (near, _) = await ConnectAsync(a, b);
        Assert.Equal(b.Address, near.RemoteAddress);
        Assert.True(Endpoint.TrySend(near, [6]));
        Assert.Equal([6], await b.NextFrameAsync());
    }

    [Fact]
    public async Task An_ipv4_address_is_shown_as_one()
    {
        var (_, near, b, far) = await ConnectAsync();
        Assert.Equal(b.Address, near.RemoteAddress);
        Assert.StartsWith("127.0.0.1:", far.RemoteAddress, StringComparison.Ordinal);
    }

    internal static async Task<Socket> RawAsync(Endpoint endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(endpoint.Address));
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all).WaitAsync(Endpoint.Guard);
        return all.ToArray();
    }

    private async Task AssertClosesAsync(byte[] bytes, string reason)
    {
        var a = await StartAsync();
        using var socket = await RawAsync(a);
        await socket.SendAsync(bytes);
        Assert.Contains(reason, (await Endpoint.NextAsync(a.Closed)).Reason, StringComparison.Ordinal);
        Assert.Equal(["opened", "closed"], a.Log);

        // The listener is none the worse for it.
        var b = await StartAsync();
        await ConnectAsync(b, a);
    }
}
