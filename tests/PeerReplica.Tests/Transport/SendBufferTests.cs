using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

public sealed class SendBufferTests
{
    [Fact]
    public void What_is_being_sent_counts_against_the_capacity()
    {
        var buffer = new SendBuffer(20);
        Assert.True(buffer.TryAppend(new byte[6]));
        Assert.Equal(10, buffer.Take().Length);
        Assert.True(buffer.TryAppend(new byte[6]));
        Assert.False(buffer.TryAppend(new byte[1]));
        buffer.Return();
        Assert.True(buffer.TryAppend(new byte[6]));
        Assert.False(buffer.TryAppend(new byte[1]));
    }

    [Fact]
    public void Only_an_empty_buffer_takes_more_than_its_capacity()
    {
        var buffer = new SendBuffer(20);
        Assert.True(buffer.TryAppend(new byte[1000]));
        Assert.False(buffer.TryAppend(new byte[1]));
        buffer.Drop(500);
        Assert.False(buffer.TryAppend(new byte[1]));
        buffer.Drop(504);
        Assert.True(buffer.IsEmpty);
        Assert.True(buffer.TryAppend(new byte[1000]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_byte_comes_out_once_and_in_order(int seed)
    {
        var random = new Random(seed);
        var buffer = new SendBuffer(300_000);
        var (into, outOf) = (new List<byte>(), new List<byte>());
        for (var step = 0; step < 2_000; step++)
        {
            var frame = new byte[random.Next(1, 40_000)];
            random.NextBytes(frame);
            if (buffer.TryAppend(frame)) into.AddRange([0, 0, (byte)(frame.Length >> 8), (byte)frame.Length, .. frame]);
            if (random.Next(3) == 0)
            {
                var count = random.Next(buffer.Waiting.Length + 1);
                outOf.AddRange(buffer.Waiting[..count]);
                buffer.Drop(count);
            }

            if (random.Next(8) != 0) continue;
            var taken = buffer.Take();
            if (buffer.TryAppend([1, 2, 3])) into.AddRange([0, 0, 0, 3, 1, 2, 3]);
            outOf.AddRange(taken.Span);
            buffer.Return();
        }

        outOf.AddRange(buffer.Waiting);
        Assert.True(into.SequenceEqual(outOf));
    }
}
