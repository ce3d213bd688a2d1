using System.Buffers.Binary;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

public sealed class ReceiveBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_frame_comes_out_once_and_in_order_however_it_is_cut(int seed)
    {
        var random = new Random(seed);
        var buffer = new ReceiveBuffer(1 << 20);
        var waiting = new Queue<byte[]>();
        var stream = new List<byte>();
        for (var i = 0; i < 200; i++)
        {
            var frame = new byte[random.Next(20) == 0 ? random.Next(1, 500_000) : random.Next(1, 3_000)];
            random.NextBytes(frame);
            waiting.Enqueue(frame);
            stream.AddRange(Prefix(frame.Length));
            stream.AddRange(frame);
        }

        var bytes = stream.ToArray().AsSpan();
        while (!bytes.IsEmpty)
        {
            var room = buffer.Room();
            var count = Math.Min(Math.Min(random.Next(1, 100_000), room.Length), bytes.Length);
            bytes[..count].CopyTo(room);
            buffer.Filled(count);
            bytes = bytes[count..];
            while (buffer.Take(out _) is { IsEmpty: false } frame) Assert.True(frame.SequenceEqual(waiting.Dequeue()));
        }

        Assert.Empty(waiting);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public void A_length_that_no_frame_may_have_is_a_fault_that_names_it(int length)
    {
        var buffer = new ReceiveBuffer(1000);
        Prefix(length).CopyTo(buffer.Room());
        buffer.Filled(3);
        Assert.True(buffer.Take(out var fault).IsEmpty);
        Assert.Null(fault);
        buffer.Filled(1);
        Assert.True(buffer.Take(out fault).IsEmpty);
        Assert.Contains($"{(uint)length:N0}", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_dropped_does_not_come_out()
    {
        var buffer = new ReceiveBuffer(1000);
        Prefix(2).CopyTo(buffer.Room());
        buffer.Filled(5);
        buffer.Clear();
        Prefix(1).CopyTo(buffer.Room());
        buffer.Filled(5);
        Assert.Equal(1, buffer.Take(out _).Length);
        Assert.True(buffer.Take(out _).IsEmpty);
    }

    private static byte[] Prefix(int length)
    {
        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        return prefix;
    }
}
