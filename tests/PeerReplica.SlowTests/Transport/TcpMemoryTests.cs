using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

/// <summary>What a hostile or slow end can make TCP hold. Alone, because memory is counted for the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[Collection(Name)]
public sealed class TcpMemoryTests
{
    public const string Name = "Transport memory";
    private const int MaxFrameBytes = 16 << 20;
    private const int SendBufferBytes = 1 << 20;

    [Theory]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff }, false)]
    [InlineData(new byte[] { 0x01, 0x00, 0x00, 0x00, 1, 2, 3, 4 }, true)]
    public async Task A_large_length_allocates_nothing_large(byte[] bytes, bool isPermitted)
    {
        await using var a = await StartAsync();
        using var socket = await TcpTransportTests.RawAsync(a);
        await Endpoint.NextAsync(a.Opened);
        var before = GC.GetTotalAllocatedBytes();
        await socket.SendAsync(bytes);
        if (isPermitted) socket.Dispose();
        await Endpoint.NextAsync(a.Closed);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task A_slow_reader_does_not_grow_memory()
    {
        await using var a = await StartAsync();
        using var socket = await TcpTransportTests.RawAsync(a);
        var (connection, _) = await Endpoint.NextAsync(a.Opened);
        var frame = new byte[1000];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        while (connection.TrySend(frame))
        {
        }

        var taken = 0;
        for (var i = 0; i < 100_000; i++)
        {
            if (connection.TrySend(frame)) taken++;
        }

        // The system may still have taken a little in the meantime; the two arrays of the buffer, and room for growth by doubling.
        Assert.InRange(taken, 0, 10_000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 6 * SendBufferBytes);
    }

    private static async Task<Endpoint> StartAsync()
    {
        var endpoint = new Endpoint(new TcpTransport(MaxFrameBytes, SendBufferBytes));
        await endpoint.StartAsync("127.0.0.1:0");
        return endpoint;
    }
}
