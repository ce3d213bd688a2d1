using System.Buffers.Binary;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

/// <summary>What every <see cref="IReplicaTransport"/> promises. A new one joins by a class that derives from this.</summary>
public abstract class TransportConformance : IAsyncLifetime
{
    protected const int MaxFrameBytes = 1 << 20;
    protected const int SendBufferBytes = 64 << 10;

    private readonly List<Endpoint> _endpoints = [];

    /// <summary>The transport that is tested.</summary>
    public abstract Type TransportType { get; }

    /// <summary>An address with port 0.</summary>
    protected abstract string FreeAddress { get; }

    /// <summary>A transport with the limits above; those of one test reach each other.</summary>
    public abstract IReplicaTransport Create();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var endpoint in _endpoints) await endpoint.DisposeAsync();
        Assert.Empty(_endpoints.SelectMany(e => e.Faults));
    }

    [Fact]
    public async Task A_frame_arrives_whole()
    {
        var (_, near, b, far) = await ConnectAsync();
        byte[] frame = [1, 2, 3, 4, 5];
        Assert.True(Endpoint.TrySend(near, frame));
        var (connection, received) = await Endpoint.NextAsync(b.Frames);
        Assert.Equal(frame, received);
        Assert.Same(far, connection);
    }

    [Fact]
    public async Task Frames_arrive_in_order_both_ways()
    {
        var (a, near, b, far) = await ConnectAsync();
        var there = Numbered(2_000, 5_000, seed: 1);
        var back = Numbered(2_000, 5_000, seed: 2);
        var sending = Task.WhenAll(Task.Run(() => a.SendAllAsync(near, there)), Task.Run(() => b.SendAllAsync(far, back)));
        foreach (var frame in there) Assert.Equal(frame, await b.NextFrameAsync());
        foreach (var frame in back) Assert.Equal(frame, await a.NextFrameAsync());
        await sending;
    }

    [Fact]
    public async Task A_frame_larger_than_the_buffer_goes_into_an_empty_one()
    {
        var (_, near, b, _) = await ConnectAsync();
        var frame = Numbered(1, MaxFrameBytes, seed: 3, exact: true)[0];
        Assert.True(Endpoint.TrySend(near, frame));
        Assert.Equal(frame, await b.NextFrameAsync());
    }

    [Fact]
    public async Task A_full_buffer_refuses_and_reports_room_once_for_a_row_of_refusals()
    {
        var (a, near, b, _) = await ConnectAsync();
        var release = Block(b, "frame");

        // The system takes more for a while after the first refusal, so that there may be room again: a row of refusals is what counts.
        List<byte[]> sent = [];
        var rows = 0;
        for (var refusals = 0; refusals < 100; refusals++)
        {
            var taken = FillUp(near, sent.Count);
            if (taken.Count == 0) continue;
            sent.AddRange(taken);
            rows++;
            refusals = 0;
        }

        release.SetResult();
        await Endpoint.NextAsync(a.Rooms);
        foreach (var frame in sent) Assert.Equal(frame, await b.NextFrameAsync());

        // What is sent now arrives next: nothing that was refused was sent.
        Assert.True(Endpoint.TrySend(near, [42]));
        Assert.Equal([42], await b.NextFrameAsync());
        Endpoint.Close(near);
        await Endpoint.NextAsync(a.Closed);
        Assert.InRange(a.Log.Count(kind => kind == "room"), 1, rows);
    }

    [Fact]
    public async Task Each_refusal_is_followed_by_one_report_of_room()
    {
        // Around the moment at which the buffer empties, a refusal without a report would stop the sender for good.
        var (a, near, b, _) = await ConnectAsync();
        var frames = Numbered(300, SendBufferBytes, seed: 4);
        var sending = Task.Run(() => a.SendAllAsync(near, frames));
        foreach (var frame in frames) Assert.Equal(frame, await b.NextFrameAsync());
        var refusals = await sending;
        Endpoint.Close(near);
        await Endpoint.NextAsync(a.Closed);
        Assert.Equal(refusals, a.Log.Count(kind => kind == "room"));
    }

    [Fact]
    public async Task Sending_from_within_reports_is_permitted()
    {
        var (a, near, b, far) = await ConnectAsync();
        const int rounds = 500;
        b.Hook = (kind, c) => Assert.True(kind != "frame" || Endpoint.TrySend(c!, [2]));
        var left = rounds;
        a.Hook = (kind, c) => Assert.True(kind != "frame" || --left == 0 || Endpoint.TrySend(c!, [1]));
        Assert.True(Endpoint.TrySend(near, [1]));
        for (var i = 0; i < rounds; i++)
        {
            Assert.Equal([1], await b.NextFrameAsync());
            Assert.Equal([2], await a.NextFrameAsync());
        }

        Assert.NotSame(near, far);
    }

    [Fact]
    public async Task A_close_is_reported_once_at_both_ends()
    {
        var (a, near, b, far) = await ConnectAsync();
        Endpoint.Close(near);
        Endpoint.Close(near);
        Endpoint.Close(far);
        Assert.Same(near, (await Endpoint.NextAsync(a.Closed)).Connection);
        Assert.Same(far, (await Endpoint.NextAsync(b.Closed)).Connection);
        Endpoint.Close(near);
        Endpoint.Close(far);
        await a.DisposeAsync();
        await b.DisposeAsync();
        Assert.Single(a.Log, "closed");
        Assert.Single(b.Log, "closed");
    }

    [Fact]
    public async Task What_was_accepted_before_a_close_arrives()
    {
        var (a, near, b, _) = await ConnectAsync();
        var release = Block(b, "frame");
        var sent = FillUp(near);
        Endpoint.Close(near);
        release.SetResult();
        foreach (var frame in sent) Assert.Equal(frame, await b.NextFrameAsync());
        await Endpoint.NextAsync(b.Closed);
        await Endpoint.NextAsync(a.Closed);
    }

    [Fact]
    public async Task Reports_come_in_the_order_opened_frames_closed()
    {
        var (a, near, b, _) = await ConnectAsync();
        for (byte i = 0; i < 3; i++) Assert.True(Endpoint.TrySend(near, [i]));
        Endpoint.Close(near);
        await Endpoint.NextAsync(b.Closed);
        await Endpoint.NextAsync(a.Closed);
        Assert.Equal(["opened", "frame", "frame", "frame", "closed"], b.Log);
        Assert.Equal(["opened", "closed"], a.Log);
    }

    [Fact]
    public async Task After_its_own_close_an_end_hears_no_more_frames()
    {
        var (_, near, b, _) = await ConnectAsync();
        b.Hook = (kind, c) =>
        {
            if (kind == "frame") Endpoint.Close(c!);
        };
        for (byte i = 0; i < 100; i++) Endpoint.TrySend(near, [i]);
        await Endpoint.NextAsync(b.Closed);
        Assert.Equal(["opened", "frame", "closed"], b.Log);
    }

    [Fact]
    public async Task A_closed_connection_takes_nothing()
    {
        var (_, near, b, far) = await ConnectAsync();
        Endpoint.Close(near);
        Assert.False(Endpoint.TrySend(near, [1]));
        await Endpoint.NextAsync(b.Closed);
        Assert.False(Endpoint.TrySend(far, [1]));
    }

    [Fact]
    public async Task A_dial_to_a_closed_port_fails()
    {
        var a = await StartAsync();
        var gone = await StartAsync();
        await gone.DisposeAsync();
        a.Dial(gone.Address, 11);
        var (dialId, reason) = await Endpoint.NextAsync(a.Failed);
        Assert.Equal(11, dialId);
        Assert.Contains(gone.Address, reason, StringComparison.Ordinal);
        Assert.Equal(["failed"], a.Log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("127.0.0.1:99999")]
    public async Task A_dial_to_no_address_fails(string address)
    {
        var a = await StartAsync();
        a.Dial(address, 12);
        Assert.Equal(12, (await Endpoint.NextAsync(a.Failed)).DialId);
    }

    [Fact]
    public async Task Nothing_is_reported_after_the_end()
    {
        var (a, near, b, far) = await ConnectAsync();
        a.Hook = (kind, c) => Endpoint.TrySend(c!, [1]);
        b.Hook = (kind, c) => Endpoint.TrySend(c!, [1]);
        Assert.True(Endpoint.TrySend(near, [1]));
        await b.NextFrameAsync();
        for (var i = 0; i < 20; i++) a.Dial(b.Address, i);
        await a.DisposeAsync();
        var reports = a.Log.Count;
        a.Dial(b.Address, 99);
        Endpoint.TrySend(far, [2]);
        await b.DisposeAsync();
        Assert.Equal(reports, a.Log.Count);
        Assert.Equal(a.Log.Count(k => k == "opened"), a.Log.Count(k => k == "closed"));
        Assert.Equal(b.Log.Count(k => k == "opened"), b.Log.Count(k => k == "closed"));
    }

    [Fact]
    public async Task The_end_waits_for_a_report_that_is_running_however_often_it_is_asked_for()
    {
        var (_, near, b, _) = await ConnectAsync();
        var release = Block(b, "frame", out var entered);
        Assert.True(Endpoint.TrySend(near, [1]));
        await entered.WaitAsync(Endpoint.Guard);
        var first = b.DisposeAsync().AsTask();
        var second = b.DisposeAsync().AsTask();
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        release.SetResult();
        await first;
        await second;
    }

    [Fact]
    public async Task Fifty_connections_are_served_at_once()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        b.Hook = (kind, c) => Assert.True(kind != "opened" || Endpoint.TrySend(c!, [9]));
        for (var i = 0; i < 50; i++) a.Dial(b.Address, i);
        var opened = new Dictionary<ITransportConnection, long?>();
        for (var i = 0; i < 50; i++)
        {
            var (connection, dialId) = await Endpoint.NextAsync(a.Opened);
            opened.Add(connection, dialId);
            Assert.True(Endpoint.TrySend(connection, [(byte)i]));
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long?)i), opened.Values.Order());
        var received = new List<byte>();
        for (var i = 0; i < 50; i++)
        {
            received.AddRange(await b.NextFrameAsync());
            var (connection, frame) = await Endpoint.NextAsync(a.Frames);
            Assert.True(opened.Remove(connection));
            Assert.Equal([9], frame);
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), received.Order());
    }

    [Theory]
    [InlineData("opened")]
    [InlineData("frame")]
    [InlineData("room")]
    [InlineData("closed")]
    [InlineData("failed")]
    public async Task A_handler_that_throws_loses_that_connection_alone(string kind)
    {
        var (a, near, b, far) = await ConnectAsync();
        a.Hook = (k, c) =>
        {
            if (k == kind && c != near) throw new InvalidTimeZoneException("a fault of the handler");
        };
        if (kind == "failed")
        {
            a.Dial("nonsense", 2);
            await Endpoint.NextAsync(a.Failed);
        }
        else
        {
            await ProvokeAsync(kind, a, b);
        }

        Assert.True(Endpoint.TrySend(near, [1]));
        Assert.Equal([1], (await NextOfAsync(b, far)).Frame);
        a.Dial(b.Address, 3);
        await Endpoint.NextAsync(a.Opened);
    }

    [Fact]
    public async Task A_taken_address_cannot_be_listened_at()
    {
        var a = await StartAsync();
        var second = new Endpoint(Create());
        _endpoints.Add(second);
        var e = await Assert.ThrowsAsync<TransportException>(() => second.StartAsync(a.Address));
        Assert.Contains(a.Address, e.Message, StringComparison.Ordinal);

        // Not lost for that: another address will do.
        await second.StartAsync(FreeAddress);
        second.Dial(a.Address, 1);
        await Endpoint.NextAsync(second.Opened);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("127.0.0.1:99999")]
    public async Task A_malformed_address_cannot_be_listened_at(string address)
    {
        await using var transport = Create();
        await Assert.ThrowsAsync<TransportException>(async () => await transport.StartAsync(address, new Endpoint(transport), CancellationToken.None));
    }

    [Fact]
    public async Task An_address_is_free_after_the_end()
    {
        var (_, near, b, _) = await ConnectAsync();
        await b.DisposeAsync();
        var next = new Endpoint(Create());
        _endpoints.Add(next);
        await next.StartAsync(b.Address);
        Assert.Equal(b.Address, next.Address);
        Endpoint.Close(near);
    }

    [Fact]
    public async Task The_order_of_calls_is_checked()
    {
        var transport = Create();
        var handler = new Endpoint(transport);
        Assert.Throws<InvalidOperationException>(() => transport.Dial("127.0.0.1:1", 1));
        await transport.StartAsync(FreeAddress, handler, CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transport.StartAsync(FreeAddress, handler, CancellationToken.None));
        await transport.DisposeAsync();
        await transport.DisposeAsync();
        await using var other = Create();
        await other.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await other.StartAsync(FreeAddress, handler, CancellationToken.None));
    }

    [Fact]
    public void The_suite_tests_what_it_says() => Assert.IsType(TransportType, Create());

    private protected async Task<Endpoint> StartAsync(string? address = null)
    {
        var endpoint = new Endpoint(Create());
        _endpoints.Add(endpoint);
        await endpoint.StartAsync(address ?? FreeAddress);
        return endpoint;
    }

    private protected async Task<(Endpoint A, ITransportConnection Near, Endpoint B, ITransportConnection Far)> ConnectAsync()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        var (near, far) = await ConnectAsync(a, b);
        return (a, near, b, far);
    }

    private protected static async Task<(ITransportConnection Near, ITransportConnection Far)> ConnectAsync(Endpoint a, Endpoint b)
    {
        a.Dial(b.Address, 7);
        var (near, dialId) = await Endpoint.NextAsync(a.Opened);
        Assert.Equal(7, dialId);
        var (far, none) = await Endpoint.NextAsync(b.Opened);
        Assert.Null(none);
        return (near, far);
    }

    /// <summary>Holds every report of a kind until released.</summary>
    private protected static TaskCompletionSource Block(Endpoint endpoint, string kind) => Block(endpoint, kind, out _);

    private protected static TaskCompletionSource Block(Endpoint endpoint, string kind, out Task entered)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var within = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        entered = within.Task;
        endpoint.Hook = (k, _) =>
        {
            if (k != kind) return;
            within.TrySetResult();
            Assert.True(release.Task.Wait(Endpoint.Guard));
        };
        return release;
    }

    /// <summary>Sends numbered frames until one is refused; returns what was taken.</summary>
    private protected static List<byte[]> FillUp(ITransportConnection connection, int firstNumber = 0)
    {
        var sent = new List<byte[]>();
        while (true)
        {
            var frame = new byte[SendBufferBytes / 4];
            BinaryPrimitives.WriteInt32BigEndian(frame, firstNumber + sent.Count);
            if (!Endpoint.TrySend(connection, frame)) return sent;
            sent.Add(frame);
            Assert.InRange(sent.Count, 1, 10_000);
        }
    }

    private static byte[][] Numbered(int count, int maxBytes, int seed, bool exact = false)
    {
        var random = new Random(seed);
        var frames = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            frames[i] = new byte[exact ? maxBytes : random.Next(4, maxBytes)];
            random.NextBytes(frames[i]);
            BinaryPrimitives.WriteInt32BigEndian(frames[i], i);
        }

        return frames;
    }

    /// <summary>Opens a second connection and makes its handler at the dialing end throw.</summary>
    private static async Task ProvokeAsync(string kind, Endpoint a, Endpoint b)
    {
        var (near, far) = await ConnectAsync(a, b);
        if (kind == "frame") Assert.True(Endpoint.TrySend(far, [1]));
        if (kind == "closed") Endpoint.Close(near);
        if (kind == "room")
        {
            var release = Block(b, "frame");
            FillUp(near);
            release.SetResult();
        }

        Assert.Same(near, (await Endpoint.NextAsync(a.Closed)).Connection);
        Assert.Same(far, (await Endpoint.NextAsync(b.Closed)).Connection);
    }

    private static async Task<(ITransportConnection Connection, byte[] Frame)> NextOfAsync(Endpoint endpoint, ITransportConnection connection)
    {
        while (true)
        {
            var next = await Endpoint.NextAsync(endpoint.Frames);
            if (next.Connection == connection) return next;
        }
    }
}
